import { EngineError } from "../../errors.ts";

/** Arguments of llama-server that are set here, and what sets them. */
const OWN: readonly (readonly [readonly string[], string])[] = [
	[["--model", "-m", "--model-url", "-mu", "--hf-repo", "-hf", "-hfr", "--hf-file", "-hff"], "use --model"],
	[["--ctx-size", "-c"], "use --ctx-size, which is that of each request"],
	[["--parallel", "-np"], "use --inflight (in the library: slots)"],
	[["--host", "--port"], "each engine listens on a socket of its own"],
	[["--api-key", "--api-key-file"], "each engine makes a key of its own"],
	[["--embeddings", "--embedding", "--reranking", "--rerank"], "engines embed texts when they are asked to"],
];

/**
 * Refuses arguments that contradict what llama-server is started with: the later one would win, unseen.
 *
 * @throws {EngineError} ERR_ENGINE_LOAD.
 */
export function checkEngineArgs(args: readonly string[]): void {
	for (const arg of args) {
		const name = arg.replace(/=.*/s, "");
		const instead = OWN.find(([names]) => names.includes(name))?.[1];
		if (instead === undefined) continue;
		throw new EngineError(
			"ERR_ENGINE_LOAD",
			`Cannot pass ${name} to llama-server with --engine-args: ${instead}`,
		);
	}
}
