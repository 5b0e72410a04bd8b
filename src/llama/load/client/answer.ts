import { codeIn, LoadFailure } from "./failure.ts";

/** An event of a stream, or a whole answer. */
interface Chunk {
	readonly choices?: readonly Choice[];
	readonly usage?: ToldUsage | null;
	readonly error?: unknown;
	/** Of an answer with embeddings. */
	readonly data?: unknown;
}

interface Choice {
	readonly index?: number;
	readonly text?: string | null;
	readonly delta?: Said;
	readonly message?: Said;
	readonly finish_reason?: string | null;
}

interface Said {
	readonly content?: string | null;
	readonly reasoning_content?: string | null;
	readonly reasoning?: string | null;
	readonly tool_calls?: readonly unknown[] | null;
}

interface ToldUsage {
	readonly prompt_tokens?: number;
	readonly completion_tokens?: number;
	readonly prompt_tokens_details?: { readonly cached_tokens?: number } | null;
}

/** One text of an answer, as far as it has come. */
export interface AnswerText {
	text: string;
	/** Events that had some of it. */
	pieces: number;
	firstMs: number | undefined;
	lastMs: number;
	finishReason: string | undefined;
}

/** Puts an answer together from its events. */
export class Answer {
	readonly texts: AnswerText[] = [];
	usage: ToldUsage | undefined;
	/** It has embeddings. */
	#data = false;

	/**
	 * Takes an event in.
	 *
	 * @returns the texts that have a piece in it.
	 * @throws {LoadFailure} the event says that the request has failed.
	 */
	take(event: unknown, nowMs: number): number[] {
		const { error, usage, choices, data } = (event ?? {}) as Chunk;
		if (error !== undefined && error !== null) {
			throw new LoadFailure("error_event", errorText(error), codeIn({ error }));
		}
		this.usage = usage ?? this.usage;
		this.#data ||= Array.isArray(data);
		const pieces: number[] = [];
		for (const choice of Array.isArray(choices) ? choices : []) {
			const { index = 0, finish_reason: reason } = choice;
			this.texts[index] ??= newText(nowMs);
			const text = this.texts[index];
			if (text === undefined) continue;
			if (say(text, choice, nowMs)) pieces.push(index);
			if (reason === undefined || reason === null) continue;
			text.finishReason = reason;
			text.lastMs = nowMs;
		}
		return pieces;
	}

	/** @throws {LoadFailure} the answer is not whole. */
	finish(): void {
		if (this.#data) return;
		const texts = this.texts.filter((text) => text !== undefined);
		if (texts.length > 0 && texts.every(({ finishReason }) => finishReason !== undefined)) return;
		const what = texts.length === 0 ? "without any text" : "without a finish_reason";
		throw new LoadFailure("broken_stream", `broken stream: the answer ended ${what}`);
	}
}

function newText(nowMs: number): AnswerText {
	return { text: "", pieces: 0, firstMs: undefined, lastMs: nowMs, finishReason: undefined };
}

/** Whether it has said something. */
function say(text: AnswerText, { delta, message, text: plain }: Choice, nowMs: number): boolean {
	const said = delta ?? message ?? {};
	const content = said.content ?? plain ?? "";
	const thought = said.reasoning_content ?? said.reasoning ?? "";
	if (content === "" && thought === "" && (said.tool_calls ?? []).length === 0) return false;
	text.text += content;
	text.pieces += 1;
	text.firstMs ??= nowMs;
	text.lastMs = nowMs;
	return true;
}

function errorText(error: unknown): string {
	const { message } = error as { readonly message?: unknown };
	if (typeof message === "string") return message;
	return typeof error === "string" ? error : (JSON.stringify(error) ?? "an error");
}
