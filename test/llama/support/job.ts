import { fileURLToPath } from "node:url";

/** The example, as it stands in the repository. */
export const SCHED = fileURLToPath(new URL("../../../../examples/llama_sched.js", import.meta.url));
