import { reasonOf } from "../errors.ts";
import { BadRequest, show } from "./bad-request.ts";
import type { RequestKind } from "./kind.ts";
import { parseMessages } from "./prompt.ts";
import { type Defaults, type ParsedBody, seedFor, type Task } from "./task.ts";

type Body = Readonly<Record<string, unknown>>;

/**
 * What an engine of ours cannot do, with the values that ask for nothing. Ignoring one of the others would give answers
 * that look right and are not.
 */
const UNSUPPORTED: Readonly<Record<string, readonly unknown[]>> = {
	n: [1],
	best_of: [1],
	top_p: [1],
	top_k: [0, -1],
	min_p: [0],
	frequency_penalty: [0],
	presence_penalty: [0],
	repeat_penalty: [1],
	logit_bias: [],
	logprobs: [false, 0],
	top_logprobs: [0],
	echo: [false],
	suffix: [""],
	tools: [],
	tool_choice: ["none"],
	functions: [],
	response_format: [],
	json_schema: [],
	grammar: [""],
};

/**
 * Reads the body of a request.
 *
 * @param id Of the request: where it has no seed of its own, that of the defaults and this give it one.
 *
 * @throws {BadRequest} for what cannot be done as it is asked for.
 */
export function parseBody(body: Body, kind: RequestKind, id: number, defaults: Defaults): ParsedBody {
	if (body.stream === true) {
		throw new BadRequest("stream_not_supported", 'a line of a batch cannot have "stream": true');
	}
	const { model } = body;
	const named = typeof model === "string" ? { model } : {};
	if (kind === "/v1/embeddings") return { task: parseEmbedding(body), ...named };
	for (const [name, neutral] of Object.entries(UNSUPPORTED)) {
		const value = body[name];
		if (value === undefined || value === null || neutral.includes(value) || isNothing(name, value)) continue;
		const allowed = neutral.length === 0 ? "leave it out" : `only ${neutral.map(show).join(" or ")}`;
		throw new BadRequest("unsupported_parameter", `"${name}" is ${show(value)}: ${allowed}`);
	}
	const stop = parseStop(body.stop);
	const { topP, topK, minP } = defaults;
	const task: Task = {
		kind: "generate",
		prompts: [kind === "/v1/chat/completions" ? chatPrompt(body) : textPrompt(body)],
		sampling: { topP, topK, minP },
		maxTokens:
			wholeNumber(body, "max_completion_tokens") ??
			wholeNumber(body, "max_tokens") ??
			wholeNumber(body, "n_predict") ??
			defaults.maxTokens,
		temperature: temperature(body) ?? defaults.temperature,
		seed: seed(body) ?? seedFor(defaults.seed, id),
		...(stop === undefined ? {} : { stop }),
	};
	return { task, ...named };
}

function isNothing(name: string, value: unknown): boolean {
	if (Array.isArray(value)) return value.length === 0;
	if (typeof value !== "object" || value === null) return false;
	if (name === "response_format") return (value as { type?: unknown }).type === "text";
	return Object.keys(value).length === 0;
}

function chatPrompt({ messages }: Body) {
	if (messages === undefined) throw new BadRequest("invalid_request", 'the body has no "messages"');
	try {
		return parseMessages(messages);
	} catch (error) {
		throw new BadRequest("invalid_request", reasonOf(error));
	}
}

function textPrompt({ prompt }: Body): string {
	if (typeof prompt === "string") return prompt;
	if (Array.isArray(prompt) && prompt.length === 1 && typeof prompt[0] === "string") return prompt[0];
	const problem = prompt === undefined ? "the body has no" : `${show(prompt)} is no`;
	throw new BadRequest("invalid_request", `${problem} "prompt" of one text`);
}

function parseEmbedding({ input, encoding_format: format = "float", dimensions }: Body): Task {
	const texts = typeof input === "string" ? [input] : input;
	if (
		!Array.isArray(texts) ||
		texts.length === 0 ||
		!texts.every((text) => typeof text === "string" && text !== "")
	) {
		throw new BadRequest("invalid_request", '"input" must be a text or a list of texts, none of them empty');
	}
	if (format !== "float" && format !== "base64") {
		throw new BadRequest("invalid_request", `"encoding_format" is ${show(format)}: float or base64`);
	}
	if (dimensions !== undefined && dimensions !== null) {
		const text = `"dimensions" is ${show(dimensions)}: leave it out, the model decides`;
		throw new BadRequest("unsupported_parameter", text);
	}
	return { kind: "embed", texts, base64: format === "base64" };
}

function wholeNumber(body: Body, name: string): number | undefined {
	const value = body[name];
	if (value === undefined || value === null) return undefined;
	if (Number.isSafeInteger(value) && (value as number) >= 1) return value as number;
	throw new BadRequest("invalid_request", `"${name}" is ${show(value)}: it takes a whole number from 1 up`);
}

function temperature({ temperature: value }: Body): number | undefined {
	if (value === undefined || value === null) return undefined;
	if (typeof value === "number" && value >= 0 && value <= 100) return value;
	throw new BadRequest("invalid_request", `"temperature" is ${show(value)}: it takes a number from 0 to 100`);
}

function seed({ seed: value }: Body): number | undefined {
	if (value === undefined || value === null) return undefined;
	// OpenAI's seeds are of 64 bits and may be negative.
	if (Number.isSafeInteger(value)) return (value as number) >>> 0;
	throw new BadRequest("invalid_request", `"seed" is ${show(value)}: it takes a whole number`);
}

function parseStop(stop: unknown): readonly string[] | undefined {
	if (stop === undefined || stop === null) return undefined;
	const texts: readonly unknown[] = Array.isArray(stop) ? stop : [stop];
	if (texts.every((text): text is string => typeof text === "string" && text !== "")) return texts;
	throw new BadRequest("invalid_request", `"stop" is ${show(stop)}: it takes a text or a list of texts`);
}
