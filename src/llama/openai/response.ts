import type { Completion } from "../engine/engine.ts";
import type { Answer } from "./answer.ts";
import type { RequestKind } from "./kind.ts";
import { chatChoice, textChoice } from "./response/choices.ts";
import { responsesBody } from "./response/responses.ts";
import { usageBody } from "./response/usage.ts";

/** What a response body says besides the answer. */
export interface ResponseFacts {
	readonly kind: RequestKind;
	/** Tells the response from others; the body's `id` is this after "chatcmpl-", "cmpl-" or "resp_". */
	readonly id: string;
	/** Name of the model, unless the answer itself says which one ran. */
	readonly model: string;
	/** Embeddings as base64 of 32-bit floats instead of lists. @default false */
	readonly base64?: boolean;
	/** When the answer was made, in seconds since 1970. @default now */
	readonly created?: number;
	/** Tells apart what was computed by different programs, models or options. @default left out */
	readonly systemFingerprint?: string | undefined;
}

/** The body of a response in OpenAI's form. */
export function responseBody(
	answer: Answer,
	{ kind, id, model, base64 = false, systemFingerprint, ...facts }: ResponseFacts,
) {
	const { created = Math.floor(Date.now() / 1000) } = facts;
	const ran = ranModel(answer, model);
	if (answer.kind === "embedded") {
		return {
			object: "list",
			data: answer.embeddings.map((embedding, index) => ({
				object: "embedding",
				index,
				embedding: base64 ? toBase64(embedding) : [...embedding],
			})),
			model: ran,
			usage: { prompt_tokens: answer.promptTokens, total_tokens: answer.promptTokens },
		};
	}
	const { usage, choices, prompts } = answer;
	if (kind === "/v1/responses") {
		return responsesBody(choices[0] as Completion, usage, { id, model: ran, created });
	}
	const common = {
		created,
		model: ran,
		...(systemFingerprint === undefined ? {} : { system_fingerprint: systemFingerprint }),
		usage: usageBody(usage),
	};
	if (kind !== "/v1/completions") {
		return { id: `chatcmpl-${id}`, object: "chat.completion", ...common, choices: choices.map(chatChoice) };
	}
	// Each prompt has as many choices as any other.
	const n = choices.length / (prompts?.length ?? choices.length);
	const texts = choices.map((choice, index) =>
		textChoice(choice, index, prompts?.[Math.floor(index / n)] ?? ""),
	);
	return { id: `cmpl-${id}`, object: "text_completion", ...common, choices: texts };
}

/** The model that ran: an endpoint says it itself. */
export function ranModel(answer: Answer, model: string): string {
	return (answer.kind === "generated" ? answer.choices[0]?.model : undefined) ?? model;
}

/** For an answer's `tsmpi`: the model that was asked for, where another one ran. */
export function askedModel(asked: string | undefined, ran: string): { readonly asked_model?: string } {
	return asked === undefined || asked === ran ? {} : { asked_model: asked };
}

/** Little-endian, as the client's machine has it too. */
function toBase64(embedding: Float32Array): string {
	return Buffer.from(embedding.buffer, embedding.byteOffset, embedding.byteLength).toString("base64");
}
