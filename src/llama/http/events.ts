import type { Readable } from "node:stream";
import { createParser } from "eventsource-parser";

/** The data of each server-sent event of a body, as JSON, up to its end or OpenAI's "[DONE]". */
export async function* readEvents(body: Readable): AsyncGenerator<unknown, void, undefined> {
	let events: string[] = [];
	const parser = createParser({ onEvent: ({ data }) => events.push(data) });
	body.setEncoding("utf8");
	for await (const chunk of body) {
		parser.feed(chunk as string);
		const come = events;
		events = [];
		for (const data of come) {
			if (data === "[DONE]") return;
			yield JSON.parse(data);
		}
	}
}
