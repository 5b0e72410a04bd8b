/** A mistake or an obstacle, in one line. */
export class BuildError extends Error {}
