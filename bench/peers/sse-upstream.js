// A server that streams tokens at a fixed pace, to every client at the same time, as one llama-server does.
//   node bench/peers/sse-upstream.js STEP_MS
import { createServer } from "node:http";

const stepMs = Number(process.argv[2]);
/** @type {Set<() => boolean>} */
const streams = new Set();
if (stepMs > 0) {
	setInterval(() => {
		for (const step of streams) if (!step()) streams.delete(step);
	}, stepMs);
}
const event = (/** @type {object} */ choice) =>
	`data: ${JSON.stringify({ id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "m", choices: [choice] })}\n\n`;
const WHOLE = JSON.stringify({
	...{ id: "chatcmpl-1", object: "chat.completion", created: 1, model: "m" },
	choices: [{ index: 0, message: { role: "assistant", content: "An answer." }, finish_reason: "stop" }],
	usage: { prompt_tokens: 100, completion_tokens: 4, total_tokens: 104 },
});

const server = createServer((incoming, outgoing) => {
	/** @type {Buffer[]} */
	const parts = [];
	incoming.on("data", (part) => parts.push(part));
	incoming.on("end", () => {
		const { stream = false, max_tokens: most = 40 } = JSON.parse(Buffer.concat(parts).toString());
		if (!stream) return outgoing.writeHead(200, { "content-type": "application/json" }).end(WHOLE);
		outgoing.writeHead(200, { "content-type": "text/event-stream" });
		let token = 0;
		const next = () =>
			outgoing.write(event({ index: 0, delta: { content: ` token${token++ % 10}` }, finish_reason: null }));
		// The first comes at once.
		next();
		streams.add(() => {
			if (outgoing.destroyed) return false;
			if (token < most) return next() || true;
			outgoing.end(`${event({ index: 0, delta: {}, finish_reason: "length" })}data: [DONE]\n\n`);
			return false;
		});
		return undefined;
	});
});
server.keepAliveTimeout = 75_000;
server.listen(0, "127.0.0.1", () => {
	const address = server.address();
	console.log(`pid ${process.pid}`);
	console.log(`listening on http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`);
});
