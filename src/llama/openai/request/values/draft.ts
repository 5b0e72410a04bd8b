import type { Kind } from "../../../../base/check-types.ts";
import type { ChatOptions, SamplingOptions } from "../../../engine/sampling.ts";
import { BadRequest, show } from "../../bad-request.ts";

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

/** What is known of a request while its fields are read, one after the other. */
export interface Draft {
	/** As they came, until all fields are known. */
	messages?: unknown;
	prompt?: unknown;
	input?: unknown;
	instructions?: string;
	model?: string;
	/** By the name of the field: the first of these that is there decides. */
	maxCompletionTokens?: number;
	maxTokens?: number;
	nPredict?: number;
	temperature?: number;
	seed?: number;
	stop?: readonly string[];
	n?: number;
	bestOf?: number;
	/** Whether a chat wants them, and how many others in each place. */
	logprobs?: boolean;
	topLogprobs?: number;
	/** Of a completion, where one number says both. */
	legacyLogprobs?: number;
	echo?: boolean;
	base64?: boolean;
	dimensions?: number;
	sampling: Mutable<SamplingOptions>;
	chat: Mutable<ChatOptions>;
	/** Variables of the chat template. */
	kwargs?: Map<string, unknown>;
	/** The field that says what the text must be like. */
	constrainedBy?: string;
	/** At a gateway alone: how an answer is given, and when. */
	stream?: boolean;
	includeUsage?: boolean;
	priority?: number;
	/** In llama.cpp's own form of a completion alone. */
	returnTokens?: boolean;
	responseFields?: readonly string[];
	/** Fields that nobody here knows. */
	ignored?: string[];
}

/** What is wrong with a value of a field. */
export function wrongValue(name: string, value: unknown, takes: string): BadRequest {
	return new BadRequest("invalid_request", `"${name}" is ${show(value)}: it takes ${takes}`, name);
}

/** What a field asks for that nothing here does. */
export function unsupported(name: string, value: unknown, instead: string): BadRequest {
	return new BadRequest("unsupported_parameter", `"${name}" is ${show(value)}: ${instead}`, name);
}

/** @throws {BadRequest} a value is of another kind. */
export function check(name: string, value: unknown, { words, accepts }: Kind): void {
	if (!accepts(value)) throw wrongValue(name, value, words);
}

/** A variable of the chat template. @throws {BadRequest} two fields give it different values. */
export function setKwarg(draft: Draft, field: string, name: string, value: unknown): void {
	draft.kwargs ??= new Map();
	const before = draft.kwargs.get(name);
	if (before !== undefined && JSON.stringify(before) !== JSON.stringify(value)) {
		const text = `"${field}" says ${name} ${show(value)}, another field ${show(before)}: only one of them`;
		throw new BadRequest("invalid_request", text, field);
	}
	draft.kwargs.set(name, value);
}
