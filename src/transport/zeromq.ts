import { createRequire } from "node:module";

/**
 * zeromq.js by `require`: an `import` of its CommonJS first searches all of it for the names that it exports, which is
 * felt in the start of every rank.
 */
const zeromq = createRequire(import.meta.url)("zeromq") as typeof import("zeromq");

export const { Dealer, Pull, Push, Router, curveKeyPair } = zeromq;
