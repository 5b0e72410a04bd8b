import { createParser } from "eventsource-parser";
import type { HttpResponse } from "./client.ts";
import { BrokenResponse } from "./retry.ts";

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
	for await (const chunk of body) {
		parser.feed(chunk as string);
		const arrived = events;
		events = [];
		for (const data of arrived) {
			if (data === "[DONE]") return;
			yield parse(data);
		}
	}
}

function parse(data: string): unknown {
	try {
		return JSON.parse(data);
	} catch (error) {
		throw new BrokenResponse(`the answer is not JSON: ${data.slice(0, 80)}`, { cause: error });
	}
}
