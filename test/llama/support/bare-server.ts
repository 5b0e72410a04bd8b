import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { findLlamaServer } from "../../../src/llama/engine/llama-server/find.ts";

/** The llama-server that engines find here; `npm run build:llama-server` makes one. */
export const LLAMA_SERVER = findLlamaServer();

export const API_KEY = "a key of the tests";

/** A llama-server of somebody else's. */
export interface BareServer {
	readonly url: string;
	readonly pid: number;
	close(): Promise<void>;
}

export interface BareServerOptions {
	readonly model: string;
	readonly slots?: number;
	/** Tokens of each slot. */
	readonly contextSize?: number;
	/** A certain port instead of a free one. */
	readonly port?: number;
	readonly args?: readonly string[];
}

/** Starts llama-server on a port of its own; resolves once its model is loaded. */
export async function startBareServer({
	model,
	slots = 4,
	contextSize = 256,
	port = 0,
	args = [],
}: BareServerOptions): Promise<BareServer> {
	const child = spawn(
		LLAMA_SERVER ?? "",
		[
			...["--model", model, "--host", "127.0.0.1", "--port", `${port}`, "--threads", "1", "--no-ui"],
			...["--parallel", `${slots}`, "--ctx-size", `${slots * contextSize}`, "--batch-size", "128", ...args],
		],
		{ stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, LLAMA_API_KEY: API_KEY } },
	);
	const exited = once(child, "exit");
	const lines: string[] = [];
	let url: string | undefined;
	for await (const line of createInterface(child.stderr)) {
		lines.push(line);
		url = /listening on (http:\S+)/.exec(line)?.[1];
		if (url !== undefined) break;
	}
	if (url === undefined) throw new Error(`llama-server has ended:\n${lines.join("\n")}`);
	child.stderr.resume();
	return {
		url,
		pid: child.pid ?? -1,
		close: async () => {
			child.kill("SIGKILL");
			await exited;
		},
	};
}
