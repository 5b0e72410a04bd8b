import test from "ava";
import { StatusError } from "../../../../src/llama/engine/http/client.ts";
import { isTransient, waitMs } from "../../../../src/llama/engine/http/retry.ts";

const status = (code: number, headers = {}) => new StatusError(code, headers, "");
const connection = (code: string) => Object.assign(new Error(code), { code });

test("isTransient() tells what may pass from what will not", (t) => {
	for (const code of [408, 409, 425, 429, 500, 502, 503, 504]) t.true(isTransient(status(code)), `${code}`);
	for (const code of [400, 401, 403, 404, 413, 422, 501]) t.false(isTransient(status(code)), `${code}`);
	for (const code of ["ECONNREFUSED", "ECONNRESET", "ETIMEDOUT"]) t.true(isTransient(connection(code)));
	t.false(isTransient(connection("ENOTFOUND")));
	t.false(isTransient(new Error("anything else")));
});

test("waitMs() doubles from attempt to attempt, up to half a minute, and is spread", (t) => {
	for (const [attempt, ms] of [
		[0, 100],
		[1, 200],
		[4, 1600],
		[20, 30_000],
	] as const) {
		const waits = Array.from({ length: 50 }, () => waitMs(status(500), attempt, 100));
		t.true(
			waits.every((wait) => wait >= ms * 0.75 && wait <= ms * 1.25),
			`${waits}`,
		);
		t.true(new Set(waits).size > 10);
	}
});

test("waitMs() does what Retry-After says: seconds or a date, at most ten minutes", (t) => {
	const now = Date.parse("2026-01-01T00:00:00Z");
	const after = (value: string) => waitMs(status(429, { "retry-after": value }), 0, 100, now);
	t.is(after("2"), 2000);
	t.is(after("Thu, 01 Jan 2026 00:00:30 GMT"), 30_000);
	t.is(after("Wed, 31 Dec 2025 00:00:30 GMT"), 0, "a date that has passed");
	t.is(after("100000"), 600_000);
	t.true(after("soon") <= 125, "nonsense is ignored");
});
