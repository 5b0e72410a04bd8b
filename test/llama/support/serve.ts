import { fileURLToPath } from "node:url";
import type { ExecutionContext } from "ava";
import { type RunHandle, type RunOptions, start } from "../../support/run.ts";

/** The example, as it stands in the repository. */
export const SERVE = fileURLToPath(new URL("../../../../examples/llama_serve.js", import.meta.url));

/** A server that answers requests. */
export interface Serving extends RunHandle {
	/** Where it listens: "http://127.0.0.1:40123". */
	readonly url: string;
}

/** How to start it. */
export interface ServeTestOptions extends RunOptions {
	/** @default 2 */
	readonly ranks?: number;
	/** Options of tsmpirun. */
	readonly launch?: readonly string[];
	/** Another program than the example. */
	readonly program?: string;
}

/** Starts a server on a free port, and waits until it answers requests. It ends with the test. */
export async function serve(
	t: Pick<ExecutionContext, "teardown" | "log">,
	args: readonly string[] = [],
	{ ranks = 2, launch = [], program = SERVE, ...options }: ServeTestOptions = {},
): Promise<Serving> {
	const handle = start(t, ["-n", `${ranks}`, ...launch, program, "--port", "0", ...args], {
		timeoutMs: 120_000,
		...options,
	});
	const listening = handle.waitForLine(/^listening on (http:\S+)$/);
	const [, url = ""] = await listening;
	await handle.waitForLine(/^ready: \d+ ranks?$/);
	return { ...handle, url };
}

/** Stands in for a test where one server is there for all of a file: `end` is for `test.after.always`. */
export function forAll(): { readonly t: Pick<ExecutionContext, "teardown" | "log">; end(): Promise<void> } {
	const ends: (() => unknown)[] = [];
	return {
		t: { teardown: (end) => ends.push(end), log: Object.assign(console.log, { skip: () => {} }) },
		end: async () => {
			for (const end of ends.reverse()) await end();
		},
	};
}

/** Asks for something with a JSON body. */
export async function post(url: string, path: string, body: object, headers: Record<string, string> = {}) {
	const response = await fetch(`${url}${path}`, {
		method: "POST",
		headers: { "content-type": "application/json", ...headers },
		body: JSON.stringify(body),
	});
	return { status: response.status, headers: response.headers, body: await response.json() };
}

/** A chat of one message. */
export function chat(content: string, fields: object = {}) {
	return { messages: [{ role: "user", content }], max_tokens: 8, temperature: 0, ...fields };
}

/** What a stream of a chat came to. */
export interface Streamed {
	readonly status: number;
	readonly text: string;
	/** Undefined: nothing told that it is whole. */
	readonly finish: string | undefined;
	/** The code of the error that ended it. */
	readonly error: string | undefined;
}

/** Reads a stream of a chat to its end; `onText` hears of each piece. */
export async function streamChat(
	url: string,
	body: object,
	onText: (text: string) => void = () => {},
	signal?: AbortSignal,
): Promise<Streamed> {
	const response = await fetch(`${url}/v1/chat/completions`, {
		method: "POST",
		body: JSON.stringify({ ...body, stream: true }),
		...(signal === undefined ? {} : { signal }),
	});
	const { status } = response;
	if (status !== 200) {
		const { error } = (await response.json()) as { error: { code: string } };
		return { status, text: "", finish: undefined, error: error.code };
	}
	let [text, rest] = ["", ""];
	let finish: string | undefined;
	let error: string | undefined;
	const decoder = new TextDecoder();
	for await (const part of response.body ?? []) {
		rest += decoder.decode(part as Uint8Array, { stream: true });
		const events = rest.split("\n\n");
		rest = events.pop() ?? "";
		for (const event of events) {
			if (!event.startsWith("data: {")) continue;
			const chunk = JSON.parse(event.slice("data: ".length)) as Chunk;
			error ??= chunk.error?.code;
			const choice = chunk.choices?.[0];
			finish ??= choice?.finish_reason ?? undefined;
			const piece = choice?.delta?.content ?? "";
			text += piece;
			if (piece !== "") onText(piece);
		}
	}
	return { status, text, finish, error };
}

interface Chunk {
	readonly error?: { readonly code: string };
	readonly choices?: readonly {
		readonly delta?: { readonly content?: string | null };
		readonly finish_reason: string | null;
	}[];
}

/** A slot, as /slots has it. */
export interface SlotFacts {
	readonly id: number;
	readonly rank: number;
	readonly rank_state: string;
	readonly is_processing: boolean;
}

/** Every slot of every rank. */
export async function slotsOf(url: string): Promise<readonly SlotFacts[]> {
	return (await (await fetch(`${url}/slots`)).json()) as SlotFacts[];
}
