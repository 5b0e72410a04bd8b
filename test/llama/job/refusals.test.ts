import { readFile } from "node:fs/promises";
import test from "ava";
import { init } from "../../../src/index.ts";
import { atRoot, EngineError, everywhere, fromRoot, JobError } from "../../../src/llama/index.ts";

/** A world of one: what several ranks make of it is in together.test.ts. */
const { world } = await init();
const SHARED = { fromRoot, atRoot, everywhere };

for (const [name, share] of Object.entries(SHARED)) {
	const refuse = (error: unknown) =>
		share(world, async () => {
			throw error;
		});

	test(`${name}() makes a JobError of an EngineError, which is its cause with the same code`, async (t) => {
		const failure = new EngineError("ERR_DEVICE", "no\ndevice", { outOfMemory: true });
		const error = await t.throwsAsync(refuse(failure), { instanceOf: JobError, message: "no; device" });
		t.is(error?.exitCode, 1);
		const { cause } = error ?? {};
		t.true(cause instanceof EngineError && cause.code === "ERR_DEVICE" && cause.outOfMemory);
	});

	test(`${name}() makes a JobError of an error of the operating system`, async (t) => {
		const missing = await readFile("/no/such/file").catch((error: unknown) => error);
		await t.throwsAsync(refuse(missing), { instanceOf: JobError, message: /^ENOENT/ });
	});

	test(`${name}() leaves bugs as they are, also those that look like known errors`, async (t) => {
		const named = Object.defineProperty(new Error("named"), "name", { value: "EngineError" });
		for (const bug of [new TypeError("a bug"), named, new RangeError("out of range")]) {
			t.is(await t.throwsAsync(refuse(bug)), bug);
		}
	});
}
