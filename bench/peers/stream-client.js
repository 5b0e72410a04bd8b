// Clients of an OpenAI-compatible server: so many at a time, so many requests each. Prints what they saw as JSON.
//   node bench/peers/stream-client.js URL CLIENTS REQUESTS TOKENS stream|whole|leave
import { Agent, request } from "node:http";

const [url = "", clients, requests, tokens, mode = "stream"] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true });
const body = JSON.stringify({
	...{ model: "m", messages: [{ role: "user", content: "words that stand for a prompt ".repeat(9) }] },
	...{ stream: mode !== "whole", max_tokens: Number(tokens), ignore_eos: true, temperature: 0 },
});
/** @type {number[]} */
const firstMs = [];
/** @type {number[]} */
const wholeMs = [];
let events = 0;
let whole = 0;
let failed = 0;

/** @returns {Promise<void>} */
function ask() {
	return new Promise((resolve) => {
		const start = performance.now();
		let tail = "";
		let seen = 0;
		const asked = request(
			new URL("/v1/chat/completions", url),
			{ method: "POST", agent, headers: { "content-type": "application/json" } },
			(answer) => {
				answer.setEncoding("latin1");
				answer.on("data", (part) => {
					if (seen === 0) firstMs.push(performance.now() - start);
					seen += part.split("data: ").length - 1;
					tail = (tail + part).slice(-64);
					if (mode === "leave" && seen >= 2) answer.destroy();
				});
				answer.on("close", () => {
					events += seen;
					wholeMs.push(performance.now() - start);
					const ended = mode === "whole" ? answer.statusCode === 200 : tail.includes("data: [DONE]");
					if (ended || mode === "leave") whole += 1;
					else failed += 1;
					resolve();
				});
			},
		);
		asked.on("error", () => {
			// The server has closed a kept connection in that moment: nothing was lost.
			if (asked.reusedSocket && seen === 0) {
				resolve(ask());
				return;
			}
			failed += 1;
			resolve();
		});
		asked.end(body);
	});
}

const begin = performance.now();
await Promise.all(
	Array.from({ length: Number(clients) }, async () => {
		for (let count = 0; count < Number(requests); count++) await ask();
	}),
);
const at = (/** @type {number[]} */ all, /** @type {number} */ share) =>
	[...all].sort((a, b) => a - b)[Math.min(all.length - 1, Math.floor(all.length * share))] ?? 0;
console.log(
	JSON.stringify({
		...{ whole, failed, events, ms: performance.now() - begin },
		first: { p50: at(firstMs, 0.5), p99: at(firstMs, 0.99) },
		total: { p50: at(wholeMs, 0.5), p99: at(wholeMs, 0.99) },
	}),
);
process.exit(0);
