import { join } from "node:path";
import test from "ava";
import { runTask } from "../../../src/llama/dispatch/run-task.ts";
import type { Engine } from "../../../src/llama/index.ts";
import { parseBody } from "../../../src/llama/openai/body.ts";
import { failureOf } from "../../../src/llama/openai/failure.ts";
import { type Form, URLS } from "../../../src/llama/openai/request/field.ts";
import { FIELDS } from "../../../src/llama/openai/request/fields.ts";
import { responseBody } from "../../../src/llama/openai/response.ts";
import { forEachEngine } from "../support/each-engine.ts";
import { temporaryFolder, writeCycle } from "../support/models.ts";
import { BODIES, SAMPLES } from "./request/samples.ts";

const DEFAULTS = { maxTokens: 4, temperature: 0, topP: 0.95, topK: 40, minP: 0.05, seed: 1 };
const folder = temporaryFolder();

/** Runs a body as a job would; the answer's body, or the failure. */
async function answerTo(engine: Engine, form: Form, body: Readonly<Record<string, unknown>>) {
	try {
		const { task } = parseBody({ ...BODIES[form], ...body }, URLS[form], 0, DEFAULTS);
		const run = { record: { piece: () => {} }, signal: new AbortController().signal, onPiece: undefined };
		const { answer } = await runTask(engine, task, run);
		return { body: responseBody(answer, { kind: URLS[form], id: "x", model: "m", created: 1 }) };
	} catch (error) {
		return { failure: failureOf(error) };
	}
}

forEachEngine(["node-llama-cpp"], (name, start) => {
	const engine = (async () =>
		await start({ model: await writeCycle(join(folder, `${name}.gguf`)), slots: 4, contextSize: 256 }))();
	test.after.always(async () => await (await engine).close());

	for (const [field, { forms, good, beside, needsTools }] of SAMPLES) {
		const row = FIELDS.find(
			({ names, forms: its }) => names.includes(field) && forms.every((form) => its.includes(form)),
		);
		for (const form of forms) {
			test(`${name}, ${form}: "${field}" is ${row?.does}, as the table says`, async (t) => {
				const plain = await answerTo(await engine, form, {});
				t.is(plain.failure, undefined);
				for (const value of good) {
					const told = JSON.stringify(value);
					const { body, failure } = await answerTo(await engine, form, { ...beside, [field]: value });
					if (needsTools) {
						t.deepEqual([failure?.code, row?.notBy], ["unsupported_parameter", [name]], failure?.message);
					} else {
						t.is(failure, undefined, `${told}: ${failure?.message}`);
						if (row?.does !== "run") t.deepEqual(withoutCache(body), withoutCache(plain.body), told);
					}
				}
			});
		}
	}
});

/** An answer without what the engine remembers from the request before. */
function withoutCache(body: unknown): unknown {
	return JSON.parse(JSON.stringify(body).replace(/"cached_tokens":\d+/g, '"cached_tokens":0'));
}
