import type { Piece } from "../../../../src/llama/dispatch/messages.ts";
import type { Completion } from "../../../../src/llama/engine/engine.ts";
import type { StreamFacts } from "../../../../src/llama/gateway/forms/facts.ts";
import type { StreamForm } from "../../../../src/llama/gateway/forms/stream/stream-form.ts";
import type { Answer } from "../../../../src/llama/openai/answer.ts";
import { parseGatewayBody } from "../../../../src/llama/openai/request/gateway-body.ts";

type Body = Readonly<Record<string, unknown>>;

/** A server-sent event, understood. */
export interface Event {
	readonly name?: string;
	/** Undefined: `[DONE]`. */
	readonly data: ReturnType<typeof JSON.parse>;
}

/** The events of a text; it consists of whole ones. */
export function eventsIn(text: string): Event[] {
	if (text === "") return [];
	if (!text.endsWith("\n\n")) throw new Error(`It does not end with an event: ${text}`);
	return text
		.slice(0, -2)
		.split("\n\n")
		.map((event) => {
			const [, name, data] = /^(?:event: (.*)\n)?data: (.*)$/.exec(event) ?? [];
			if (data === undefined) throw new Error(`It is no event: ${event}`);
			return {
				...(name === undefined ? {} : { name }),
				data: data === "[DONE]" ? undefined : JSON.parse(data),
			};
		});
}

/** The events of a whole stream. */
export function streamed(form: StreamForm, pieces: readonly Piece[], answer: Answer): Event[] {
	return eventsIn(`${pieces.map((piece) => form.piece(piece)).join("")}${form.finish(answer)}`);
}

/** What a stream says besides, for a body that a gateway got. */
export function factsOf(kind: StreamFacts["kind"], body: Body = {}): StreamFacts {
	const least =
		kind === "/v1/chat/completions" ? { messages: [{ role: "user", content: "Hi" }] } : { prompt: "Once" };
	const asked = kind === "/v1/responses" ? { input: "Hi" } : least;
	const defaults = { maxTokens: 8, temperature: 0.8, topP: 0.95, topK: 40, minP: 0.05, seed: 1 };
	const { task, includeUsage, responseFields } = parseGatewayBody({ ...asked, ...body }, kind, 0, defaults);
	return { kind, id: "x", model: "m", created: 5, task, includeUsage, responseFields };
}

/** A choice, of which most is left out. */
export function choice(text: string, more: Partial<Completion> = {}): Completion {
	return {
		...{ text, finishReason: "stop" },
		usage: { promptTokens: 9, completionTokens: 3, cachedTokens: 4 },
		timings: { queueMs: 1, ttftMs: 5, totalMs: 25 },
		...more,
	};
}

/** An answer of some choices. */
export function answer(...choices: readonly Completion[]): Extract<Answer, { readonly kind: "generated" }> {
	const [first] = choices;
	if (first === undefined) throw new Error("An answer has a choice");
	return { kind: "generated", choices, usage: first.usage, timings: first.timings };
}

/** A token and how likely it was. */
export function chance(token: string) {
	return { token, logprob: -0.5, bytes: [...Buffer.from(token)], top: [{ token, logprob: -0.5, bytes: [] }] };
}
