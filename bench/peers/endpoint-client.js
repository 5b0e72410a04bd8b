// The least that does the same as a batch on an endpoint: reads a file of lines, sends each over kept connections, reads
// the streamed answer, and appends a line. node bench/peers/endpoint-client.js URL IN OUT INFLIGHT
import { createReadStream, createWriteStream } from "node:fs";
import { Agent, request } from "node:http";
import { createInterface } from "node:readline";
import { createParser } from "eventsource-parser";

const [url = "", input = "", output = "", inflight = "4"] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: Number(inflight) });
const out = createWriteStream(output);
const lines = createInterface({ input: createReadStream(input), crlfDelay: Number.POSITIVE_INFINITY })[
	Symbol.asyncIterator
]();

/** @param {string} line */
function complete(line) {
	const { custom_id: id, body } = JSON.parse(line);
	return new Promise((resolve, reject) => {
		const sent = request(`${url}/chat/completions`, {
			method: "POST",
			agent,
			headers: { "content-type": "application/json" },
		});
		sent.on("error", reject);
		sent.on("response", (answer) => {
			let text = "";
			const parser = createParser({
				onEvent: ({ data }) => {
					if (data !== "[DONE]") text += JSON.parse(data).choices[0]?.delta?.content ?? "";
				},
			});
			answer.setEncoding("utf8").on("data", (chunk) => parser.feed(chunk));
			answer.on("end", () => {
				out.write(`${JSON.stringify({ custom_id: id, text })}\n`);
				resolve(undefined);
			});
		});
		sent.end(JSON.stringify({ ...body, stream: true, stream_options: { include_usage: true } }));
	});
}

async function worker() {
	for (let next = await lines.next(); !next.done; next = await lines.next()) await complete(next.value);
}
await Promise.all(Array.from({ length: Number(inflight) }, worker));
agent.destroy();
out.end();
