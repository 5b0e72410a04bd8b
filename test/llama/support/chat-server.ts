import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** What a chat server does with a request. */
export interface Reply {
	/** Pieces of the answer, a token each. @default 3 */
	readonly tokens?: number;
	/** Before the first piece, and before each one after it. @default 0 */
	readonly paceMs?: number;
	/** Refuses it: with this status and this body. */
	readonly status?: number;
	readonly error?: unknown;
	readonly headers?: Readonly<Record<string, string>>;
	/** What happens behind the last piece. @default "done" */
	readonly end?: "done" | "cut" | "short" | "error" | "hang";
	/** @default true */
	readonly usage?: boolean;
}

/** A request that came. */
export interface Asked {
	readonly path: string;
	readonly headers: IncomingHttpHeaders;
	readonly body: Readonly<Record<string, unknown>>;
}

export interface ChatServer {
	readonly url: string;
	readonly asked: Asked[];
	/** Requests that ran at the same time, at most. */
	readonly most: () => number;
	close(): void;
}

/** A server that speaks OpenAI's form of chats and completions, at a known pace. */
export async function startChatServer(
	reply: (asked: Asked, index: number) => Reply = () => ({}),
): Promise<ChatServer> {
	const asked: Asked[] = [];
	let running = 0;
	let most = 0;
	const http = createServer(async (incoming, outgoing) => {
		outgoing.on("error", () => {});
		let text = "";
		for await (const chunk of incoming.setEncoding("utf8")) text += chunk;
		const path = incoming.url ?? "";
		if (path === "/v1/models") return json(outgoing, 200, { data: [{ id: "small" }] });
		if (!path.endsWith("completions")) return json(outgoing, 404, {});
		const request = { path, headers: incoming.headers, body: JSON.parse(text) };
		asked.push(request);
		running += 1;
		most = Math.max(most, running);
		outgoing.once("close", () => {
			running -= 1;
		});
		await answer(outgoing, request, reply(request, asked.length - 1));
	});
	await once(http.listen(0, "127.0.0.1"), "listening");
	return {
		url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
		asked,
		most: () => most,
		close: () => {
			http.close();
			http.closeAllConnections();
		},
	};
}

async function answer(outgoing: ServerResponse, { path, body }: Asked, reply: Reply): Promise<void> {
	const { tokens = 3, paceMs = 0, status, error, headers = {}, end = "done", usage = true } = reply;
	if (status !== undefined) return json(outgoing, status, error ?? {}, headers);
	const isChat = path.endsWith("/chat/completions");
	const told = {
		prompt_tokens: 7,
		completion_tokens: tokens,
		prompt_tokens_details: { cached_tokens: 2 },
	};
	if (body.stream !== true) {
		await delay(paceMs * tokens);
		const text = "word ".repeat(tokens);
		const said = isChat ? { message: { content: text } } : { text };
		const choices = [{ index: 0, ...said, finish_reason: "stop" }];
		return json(outgoing, 200, { choices, ...(usage ? { usage: told } : {}) });
	}
	outgoing.writeHead(200, { "content-type": "text/event-stream" });
	const event = (value: unknown) => outgoing.write(`data: ${JSON.stringify(value)}\n\n`);
	const choice = (text: string, reason: string | null) => ({
		choices: [{ index: 0, ...(isChat ? { delta: { content: text } } : { text }), finish_reason: reason }],
	});
	for (let piece = 0; piece < tokens; piece++) {
		if (paceMs > 0) await delay(paceMs);
		event(choice("word ", null));
	}
	if (end === "hang") return;
	if (end === "cut") {
		// What has been written is to arrive before the connection breaks.
		await new Promise((resolve) => outgoing.write(": \n\n", resolve));
		outgoing.destroy();
		return;
	}
	if (end === "error") event({ error: { message: "the engine died", code: "engine_died" } });
	if (end === "done") event(choice("", "length"));
	if (end === "done" && usage) event({ choices: [], usage: told });
	outgoing.end(end === "short" ? "" : "data: [DONE]\n\n");
}

function json(
	outgoing: ServerResponse,
	status: number,
	value: unknown,
	headers: Readonly<Record<string, string>> = {},
): void {
	outgoing.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(value));
}
