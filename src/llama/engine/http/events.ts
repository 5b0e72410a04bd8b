import type { IncomingMessage } from "node:http";
import { finished } from "node:stream/promises";
import { createParser } from "eventsource-parser";
import type { HttpResponse } from "./client.ts";
import { BrokenResponse } from "./retry.ts";

/** How long after its last event an answer may take to end. */
const END_MS = 100;

/**
 * The data of each server-sent event of an answer, as JSON, up to its end or OpenAI's "[DONE]". A server that does not
 * stream answers with one JSON value, which is the only event then.
 */
export async function* readEvents({ headers, body }: HttpResponse): AsyncGenerator<unknown, void, undefined> {
	body.setEncoding("utf8");
	if (headers["content-type"]?.startsWith("application/json")) {
		let whole = "";
		for await (const chunk of body) whole += chunk;
		yield parse(whole);
		return;
	}
	let events: string[] = [];
	const parser = createParser({ onEvent: ({ data }) => events.push(data) });
	let done = false;
	for await (const chunk of body.iterator({ destroyOnReturn: false })) {
		parser.feed(chunk as string);
		const arrived = events;
		events = [];
		const end = arrived.indexOf("[DONE]");
		for (const data of end < 0 ? arrived : arrived.slice(0, end)) yield parse(data);
		done = end >= 0;
		if (done) break;
	}
	// Behind the loop: while it iterates, nothing else can read the rest.
	if (done) await ending(body);
}

/** Waits for the end that is due now: only then the connection can be used again. */
async function ending(body: IncomingMessage): Promise<void> {
	const late = new AbortController();
	const timer = setTimeout(() => late.abort(), END_MS);
	await finished(body.resume(), { signal: late.signal }).catch(() => {});
	clearTimeout(timer);
}

function parse(data: string): unknown {
	try {
		return JSON.parse(data);
	} catch (error) {
		throw new BrokenResponse(`the answer is not JSON: ${data.slice(0, 80)}`, { cause: error });
	}
}
