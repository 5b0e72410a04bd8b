import test from "ava";
import { BadRequest } from "../../../../src/llama/openai/bad-request.ts";
import { parseBody } from "../../../../src/llama/openai/request/body.ts";
import { type GatewayForm, URLS } from "../../../../src/llama/openai/request/fields/field.ts";
import { GATEWAY_FIELDS } from "../../../../src/llama/openai/request/fields/gateway-fields.ts";
import { parseGatewayBody } from "../../../../src/llama/openai/request/gateway-body.ts";
import type { GenerateTask } from "../../../../src/llama/openai/task.ts";
import { GATEWAY_SAMPLES } from "./gateway-samples.ts";
import { BODIES, SAMPLES } from "./samples.ts";

type Body = Readonly<Record<string, unknown>>;

const DEFAULTS = { maxTokens: 64, temperature: 0.8, topP: 0.95, topK: 40, minP: 0.05, seed: 10 };

const KINDS = { ...URLS, native: "/completion", "native embeddings": "/embedding" } as const;
const LEAST = { ...BODIES, native: BODIES.completions, "native embeddings": BODIES.embeddings };

function parse(body: Body, form: GatewayForm = "chat", changes: object = {}) {
	return parseGatewayBody({ ...LEAST[form], ...body }, KINDS[form], 3, { ...DEFAULTS, ...changes });
}
const generate = (body: Body, form?: GatewayForm) => parse(body, form).task as GenerateTask;

test("every field of the gateway's table is tried below, in every form", (t) => {
	const pairs = (fields: readonly (readonly [string, { readonly forms: readonly string[] }])[]) =>
		fields.flatMap(([name, { forms }]) => forms.map((form) => `${form} ${name}`)).sort();
	const known = GATEWAY_FIELDS.flatMap((field) => field.names.map((name) => [name, field] as const));
	t.deepEqual(pairs(GATEWAY_SAMPLES), pairs(known));
});

for (const [name, { forms, good, bad }] of GATEWAY_SAMPLES) {
	for (const form of forms) {
		test(`gateway, ${form}: "${name}" takes what it says and refuses the rest, by name`, (t) => {
			for (const value of good) t.notThrows(() => parse({ [name]: value }, form), JSON.stringify(value));
			for (const value of bad) {
				const error = t.throws(() => parse({ [name]: value }, form), { instanceOf: BadRequest });
				t.true(error?.param?.startsWith(name), `${JSON.stringify(value)}: ${error?.param}`);
				t.true(error?.message.includes(`"${name}`), error?.message);
			}
			if (!(name in LEAST[form])) t.deepEqual(parse({ [name]: null }, form), parse({}, form));
		});
	}
}

test("all that a batch takes is taken by a gateway too, and becomes the same", (t) => {
	const own = new Set(GATEWAY_FIELDS.flatMap(({ names }) => names));
	for (const [name, { forms, good, bad, beside }] of SAMPLES) {
		for (const form of forms) {
			if (own.has(name) && ["stream", "stream_options"].includes(name)) continue;
			for (const value of good) {
				const body = { ...BODIES[form], ...beside, [name]: value };
				t.like(
					parseGatewayBody(body, URLS[form], 3, DEFAULTS),
					parseBody(body, URLS[form], 3, DEFAULTS),
					name,
				);
			}
			for (const value of bad) {
				t.throws(() => parse({ ...beside, [name]: value }, form), { instanceOf: BadRequest }, name);
			}
		}
	}
});

for (const form of Object.keys(KINDS) as GatewayForm[]) {
	for (const name of ["constructor", "__proto__", "toString", "temprature", "hasOwnProperty"]) {
		test(`gateway, ${form}: "${name}" is an unknown field and nothing worse`, (t) => {
			const body = { ...LEAST[form] };
			Object.defineProperty(body, name, { value: 1, enumerable: true });
			const error = t.throws(() => parseGatewayBody(body, KINDS[form], 0, DEFAULTS), {
				instanceOf: BadRequest,
			});
			t.is(error?.code, "unknown_parameter");
			t.is(error?.param, name);
		});
	}
}

test("a body that says nothing else is answered whole, without usage in a stream, among equals", (t) => {
	t.like(parse({}), { stream: false, includeUsage: false, priority: 0, responseFields: undefined });
});

test("how an answer is given, and when", (t) => {
	t.like(parse({ stream: true, stream_options: { include_usage: true }, priority: -2, model: "any name" }), {
		stream: true,
		includeUsage: true,
		priority: -2,
		model: "any name",
	});
});

test("the seed of a request without one is that of the defaults", (t) => {
	t.is(generate({}).seed, 13);
	t.is(parse({}, "native", { seed: 77 }).task.kind, "generate");
	t.is(generate({ seed: -1 }, "native").seed, 13);
	t.is(generate({ seed: -1 }).seed, 2 ** 32 - 1);
});

test("llama.cpp's names become the same task as OpenAI's", (t) => {
	const { task, responseFields } = parse(
		{
			...{ prompt: "Hi", n_predict: 5, n_probs: 2, temperature: 0.5, top_k: 1, stop: ["x"], seed: 4 },
			...{ logit_bias: [[7, false]], return_tokens: true, response_fields: ["content"] },
		},
		"native",
	);
	const completion = generate(
		{
			...{ prompt: "Hi", max_tokens: 5, logprobs: 2, temperature: 0.5, top_k: 1, stop: ["x"], seed: 4 },
			...{ logit_bias: { 7: -100 } },
		},
		"completions",
	);
	t.deepEqual(task, { ...completion, tokens: true });
	t.deepEqual(responseFields, ["content"]);
	t.is(generate({ n_predict: -1 }, "native").maxTokens, 64);
	t.deepEqual(parse({ content: ["a"], input: null }, "native embeddings").task, {
		...{ kind: "embed", texts: ["a"], base64: false },
	});
});

test("to an endpoint go the body's fields as they came, but not what is the gateway's own", (t) => {
	const asked = { mirostat: 2, stream: true, stream_options: { include_usage: true }, priority: 5 };
	const { task, ...rest } = parse({ ...asked, cache_prompt: true }, "chat", { endpoint: true });
	t.deepEqual((task as GenerateTask).body, { mirostat: 2, cache_prompt: true });
	t.deepEqual(rest, { stream: true, includeUsage: true, priority: 5 });
	t.throws(() => parse({ stream: "yes" }, "chat", { endpoint: true }), { instanceOf: BadRequest });
	t.is(generate({}, "native").body, undefined);
	t.is((parse({}, "native", { endpoint: true }).task as GenerateTask).body, undefined);
});
