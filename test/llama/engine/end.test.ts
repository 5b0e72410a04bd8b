import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import test from "ava";
import { type ChatMessage, complete, EngineError } from "../../../src/llama/index.ts";
import { PRESETS } from "../../../src/llama/model/demo/presets.ts";
import { forEachEngine } from "../support/each-engine.ts";
import { temporaryFolder, writeCycle } from "../support/models.ts";
import { untilGone } from "../support/processes.ts";

const folder = temporaryFolder();
const PROGRAM = fileURLToPath(new URL("../programs/unclosed.js", import.meta.url));
const OPTIONS = { slots: 1, contextSize: 2048 };

forEachEngine(["node-llama-cpp", "llama-server"], (kind, start) => {
	test(`${kind}: close() rejects what runs and what waits, and ends the process`, async (t) => {
		const model = await writeCycle(join(folder, `${kind}-closed.gguf`));
		const engine = await start({ model, ...OPTIONS });
		const closed = { instanceOf: EngineError, code: "ERR_ENGINE_CLOSED" };
		const waiting = t.throwsAsync(async () => {
			for await (const event of engine.generate("a", { maxTokens: 2000 })) {
				if (event.type !== "token" || event.text !== "d") continue;
				const queued = t.throwsAsync(complete(engine, "b"), closed);
				await engine.close();
				await queued;
			}
		}, closed);
		await waiting;
		await t.notThrowsAsync(untilGone([engine.info.pid ?? -1], 5000));
		await t.throwsAsync(complete(engine, "a"), closed);
		t.is(engine.failure?.code, "ERR_ENGINE_CLOSED");
		await t.notThrowsAsync(engine.close(), "once more does no harm");
	});

	test(`${kind}: a killed engine rejects what runs, what waits and what comes later`, async (t) => {
		const model = await writeCycle(join(folder, `${kind}-killed.gguf`));
		const engine = await start({ model, ...OPTIONS });
		t.teardown(() => engine.close());
		const died = {
			instanceOf: EngineError,
			code: "ERR_ENGINE_DIED",
			message: `The engine of model ${model} died: its process was killed by SIGKILL`,
		};
		let queued: Promise<unknown> | undefined;
		await t.throwsAsync(async () => {
			for await (const event of engine.generate("a", { maxTokens: 2000 })) {
				// Once: the text comes by there again before the end is heard.
				if (queued !== undefined || event.type !== "token" || event.text !== "d") continue;
				queued = t.throwsAsync(complete(engine, "b"), died);
				process.kill(engine.info.pid ?? -1, "SIGKILL");
			}
		}, died);
		await queued;
		await t.throwsAsync(complete(engine, "c"), died);
		await t.throwsAsync(engine.countTokens("c"), died);
		t.is(engine.failure?.code, "ERR_ENGINE_DIED");
	});

	test(`${kind}: messages need a template that renders; without one ChatML is used`, async (t) => {
		const messages: readonly ChatMessage[] = [{ role: "user", content: "Hi" }];
		const refusing = await writeCycle(join(folder, `${kind}-refusing.gguf`), {
			template: "{{ raise_exception('only <system> may speak') }}",
		});
		const engine = await start({ model: refusing, ...OPTIONS });
		t.teardown(() => engine.close());
		await t.throwsAsync(complete(engine, messages), {
			instanceOf: EngineError,
			code: "ERR_PROMPT",
			message: "Cannot apply the model's chat template: only <system> may speak",
		});
		// The engine lives on.
		t.is((await complete(engine, "x", { maxTokens: 2 })).text, "yz");

		const plain = await start({
			model: await writeCycle(join(folder, `${kind}-plain.gguf`), { template: undefined }),
			...OPTIONS,
		});
		t.teardown(() => plain.close());
		t.is(
			await plain.countTokens(messages),
			await plain.countTokens("<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"),
		);
	});

	test(`${kind}: the model's end-of-text token ends a text and is counted`, async (t) => {
		const model = await writeCycle(join(folder, `${kind}-ends.gguf`), { shape: PRESETS["cycle-eos"] });
		const engine = await start({ model, ...OPTIONS });
		t.teardown(() => engine.close());
		const { text, finishReason, usage } = await complete(engine, "x", { maxTokens: 100 });
		t.is(text, "yz{|}~");
		t.is(finishReason, "stop");
		t.is(usage.completionTokens, 7);
	});

	for (const [ending, code, signal] of [
		["end", 0, null],
		["throw", 1, null],
		["kill", null, "SIGKILL"],
	] as const) {
		test(`${kind}: a program that does not close its engine can ${ending === "kill" ? "be killed" : ending}, and the engine ends with it`, async (t) => {
			const model = await writeCycle(join(folder, `${kind}-${ending}.gguf`));
			const child = spawn(process.execPath, [PROGRAM, model, ending, kind], {
				stdio: ["ignore", "pipe", "ignore"],
			});
			t.teardown(() => child.kill("SIGKILL"));
			const exited = once(child, "exit");
			const [line] = await once(createInterface(child.stdout), "line");
			if (signal !== null) child.kill(signal);
			t.deepEqual(await exited, [code, signal]);
			const [pid, text] = line.split(" ");
			t.is(text, "yz");
			await t.notThrowsAsync(untilGone([Number(pid)], 5000));
		});
	}
});
