import { createParser } from "eventsource-parser";
import type { Client } from "../common/client.ts";

export interface Message {
	readonly role: "system" | "user" | "assistant";
	readonly content: string;
}

/** What is asked of the model, as /v1/chat/completions takes it. */
export interface Question {
	readonly model?: string;
	readonly messages: readonly Message[];
	readonly temperature?: number;
	readonly max_tokens?: number;
}

/** A bit of the answer. */
export interface Delta {
	readonly content?: string | null;
	readonly reasoning_content?: string | null;
}

/** How an answer ended. */
export interface Ending {
	readonly finish: string;
	/** Undefined where the server did not count. */
	readonly tokens: number | undefined;
}

interface Chunk {
	readonly choices?: readonly { readonly delta?: Delta; readonly finish_reason?: string | null }[];
	readonly usage?: { readonly completion_tokens?: number } | null;
	readonly error?: { readonly message?: string };
}

/**
 * Asks the model and hands the answer on bit by bit.
 *
 * @throws {Error} with a message for the reader: there was no whole answer.
 */
export async function ask(
	client: Client,
	question: Question,
	signal: AbortSignal,
	onDelta: (delta: Delta) => void,
): Promise<Ending> {
	const response = await client.fetch("v1/chat/completions", {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify({ ...question, stream: true, stream_options: { include_usage: true } }),
		signal,
	});
	if (!response.ok || response.body === null) throw new Error(await refusalOf(response));
	let finish: string | undefined;
	let tokens: number | undefined;
	const parser = createParser({
		onEvent: ({ data }) => {
			if (data === "[DONE]") return;
			const { choices: [choice] = [], usage, error } = JSON.parse(data) as Chunk;
			if (error !== undefined)
				throw new Error(error.message ?? "The server says no more than that it failed.");
			if (choice?.delta !== undefined) onDelta(choice.delta);
			finish = choice?.finish_reason ?? finish;
			tokens = usage?.completion_tokens ?? tokens;
		},
	});
	const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
	for (let part = await reader.read(); !part.done; part = await reader.read()) parser.feed(part.value);
	// The stream of a server that died can end as if all was said.
	if (finish === undefined) throw new Error("The answer broke off.");
	return { finish, tokens };
}

async function refusalOf(response: Response): Promise<string> {
	const body: Chunk = await response.json().catch(() => ({}));
	const wait = response.headers.get("retry-after");
	const advice = wait === null || response.status === 401 ? "" : ` Try again in ${wait} s.`;
	return `${body.error?.message ?? `The server answered with status ${response.status}.`}${advice}`;
}
