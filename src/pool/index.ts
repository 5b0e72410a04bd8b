/** `tsmpi/pool`: named tasks, run by the other ranks of a job. */
export { TaskError } from "./errors.ts";
export type { PoolOptions } from "./open-pool.ts";
export { openPool } from "./open-pool.ts";
export type { Pool, TaskOptions, Unordered } from "./pool.ts";
export type { Argument, Items, Result, Tasks } from "./tasks.ts";
