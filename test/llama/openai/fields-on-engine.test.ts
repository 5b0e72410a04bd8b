import { join } from "node:path";
import test from "ava";
import { runTask } from "../../../src/llama/dispatch/run-task.ts";
import type { Engine } from "../../../src/llama/index.ts";
import { failureOf } from "../../../src/llama/openai/failure.ts";
import { parseBody } from "../../../src/llama/openai/request/body.ts";
import { type Form, URLS } from "../../../src/llama/openai/request/fields/field.ts";
import { FIELDS } from "../../../src/llama/openai/request/fields/fields.ts";
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

/** What comes of some fields: a body, and a path into the answer with what must stand there. */
const EFFECTS: readonly (readonly [
	Form,
	Readonly<Record<string, unknown>>,
	(body: Answered) => unknown,
	unknown,
])[] = [
	["chat", { ...schema({ const: "x" }), max_tokens: 20 }, contentOf, '"x"'],
	[
		"chat",
		{ ...schema({ properties: { a: { enum: [1] } }, required: ["a"] }), max_tokens: 60 },
		(body) => JSON.parse(contentOf(body)),
		{ a: 1 },
	],
	["chat", { guided_choice: ["yes"], max_tokens: 20 }, contentOf, "yes"],
	[
		"chat",
		{ guided_regex: "[0-9]{3}-x", max_tokens: 20 },
		(body) => /^[0-9]{3}-x$/.test(contentOf(body)),
		true,
	],
	["chat", { grammar: 'root ::= "ab" "c"', max_tokens: 20 }, contentOf, "abc"],
	[
		"completions",
		{ structured_outputs: { choice: ["no"] }, max_tokens: 20 },
		(body) => body.choices?.[0]?.text,
		"no",
	],
	["completions", { n: 2 }, (body) => body.choices?.length, 2],
	[
		"completions",
		{ prompt: ["Once", "Twice"], n: 2 },
		(body) => body.choices?.map(({ index }) => index),
		[0, 1, 2, 3],
	],
	["completions", { echo: true }, (body) => body.choices?.[0]?.text?.startsWith("Once"), true],
	["completions", { logprobs: 2 }, (body) => body.choices?.[0]?.logprobs?.tokens?.length, 4],
	[
		"chat",
		{ logprobs: true, top_logprobs: 2 },
		(body) => body.choices?.[0]?.logprobs?.content?.[0]?.top_logprobs?.length,
		2,
	],
	["embeddings", { dimensions: 2 }, (body) => body.data?.[0]?.embedding?.length, 2],
	["embeddings", { input: ["a", "b"] }, (body) => body.data?.length, 2],
	[
		"responses",
		{ text: { format: { type: "json_schema", name: "n", schema: { const: "x" } } }, max_output_tokens: 20 },
		(body) => body.output?.[0]?.content?.[0]?.text,
		'"x"',
	],
];

interface Answered {
	readonly choices?: readonly {
		readonly index: number;
		readonly text?: string;
		readonly message?: { readonly content: string };
		readonly logprobs?: {
			readonly tokens?: readonly string[];
			readonly content?: readonly { readonly top_logprobs?: readonly unknown[] }[];
		};
	}[];
	readonly data?: readonly { readonly embedding?: readonly number[] }[];
	readonly output?: readonly { readonly content?: readonly { readonly text: string }[] }[];
}

function contentOf(body: Answered): string {
	return body.choices?.[0]?.message?.content ?? "";
}

function schema(of: unknown) {
	return { response_format: { type: "json_schema", json_schema: { name: "n", schema: of } } };
}

/** An answer without what the engine remembers from the request before. */
function withoutCache(body: unknown): unknown {
	return JSON.parse(JSON.stringify(body).replace(/"cached_tokens":\d+/g, '"cached_tokens":0'));
}

forEachEngine(["node-llama-cpp"], (name, start) => {
	const engine = (async () =>
		await start({ model: await writeCycle(join(folder, `${name}.gguf`)), slots: 4, contextSize: 256 }))();
	test.after.always(async () => await (await engine).close());

	for (const [form, asked, look, expected] of EFFECTS) {
		test(`${name}, ${form}: what comes of ${JSON.stringify(asked)}`, async (t) => {
			const { body, failure } = await answerTo(await engine, form, asked);
			t.is(failure, undefined);
			t.deepEqual(look(body as unknown as Answered), expected, JSON.stringify(body));
		});
	}

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
					if (needsTools && row?.notBy?.some((each) => each === name)) {
						t.is(failure?.code, "unsupported_parameter", failure?.message);
					} else {
						t.is(failure, undefined, `${told}: ${failure?.message}`);
						if (row?.does !== "run") t.deepEqual(withoutCache(body), withoutCache(plain.body), told);
					}
				}
			});
		}
	}
});
