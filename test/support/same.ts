import { isDeepStrictEqual } from "node:util";
import type { ExecutionContext } from "ava";

/**
 * `t.deepEqual` for loops: AVA describes both values of every assertion, which takes most of the time of a test that
 * makes thousands of them. Here only those that differ are described.
 */
export function same(t: ExecutionContext, actual: unknown, expected: unknown): void {
	if (isDeepStrictEqual(actual, expected)) t.pass();
	else t.deepEqual(actual, expected);
}
