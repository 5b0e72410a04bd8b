// llama-server asked by a bare client: its own process, one streamed request after the other on each slot, nothing around
// it. Prints one line of JSON. The argument is { binary, model, prompts, sequences, maxTokens, contextSize, threads, gpu }
// as JSON; llama-server gets the same arguments as from the product.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** @type {{ binary: string, model: string, prompts: string[], sequences: number, maxTokens: number, contextSize: number, threads: number, gpu?: boolean }} */
const { binary, model, prompts, sequences, maxTokens, contextSize, threads, gpu } = JSON.parse(
	process.argv[2] ?? "{}",
);
const batch = gpu ? "512" : "96";
const folder = mkdtempSync(join(tmpdir(), "bench-server-"));
const socketPath = join(folder, "llama.sock");
const server = spawn(
	binary,
	[
		...["--model", model, "--host", socketPath, "--parallel", `${sequences}`],
		...["--ctx-size", `${sequences * contextSize}`, "--batch-size", batch, "--ubatch-size", batch],
		...["--threads", `${threads}`, "--threads-batch", `${threads}`, "--threads-http", `${sequences + 8}`],
		...["--cache-ram", "0", "--no-kv-unified", "--no-ui", "--gpu-layers", gpu ? "99" : "0", "--fit", "off"],
	],
	{ stdio: ["ignore", "ignore", "pipe"] },
);
for await (const line of createInterface(server.stderr)) if (line.includes("listening on")) break;
server.stderr.resume();

/** Asks for one completion and reads it to its end. @param {string} prompt @param {number} seed @returns {Promise<number>} */
async function ask(prompt, seed) {
	const sampling = { temperature: 0, seed, top_k: 40, top_p: 0.95, min_p: 0 };
	const body = JSON.stringify({ prompt, n_predict: maxTokens, stream: true, ...sampling });
	const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
	const sent = request({ socketPath, path: "/completion", method: "POST", headers, agent: false });
	sent.end(body);
	const [answer] = await once(sent, "response");
	let text = "";
	answer.setEncoding("utf8");
	for await (const chunk of answer) text += chunk;
	return Number(/"stop":true.*?"tokens_predicted":(\d+)/s.exec(text)?.[1]);
}

// As the product does before it calls a model loaded, llama-server evaluates one token when it starts.
let tokens = 0;
const queue = prompts.entries();
const worker = async () => {
	for (const [index, prompt] of queue) {
		const sampled = await ask(prompt, index);
		// Not in one statement: it would add to what the sum was before the wait.
		tokens += sampled;
	}
};
const begin = performance.now();
await Promise.all(Array.from({ length: sequences }, worker));
console.log(JSON.stringify({ tokens, ms: performance.now() - begin }));
server.kill("SIGKILL");
rmSync(folder, { recursive: true });
