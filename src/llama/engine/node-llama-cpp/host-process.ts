import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "../../../base/host/cache-folder.ts";
import { ownFolder } from "../../../base/own-folder.ts";
import { type ChildExit, exitText } from "../../../base/process/exit-text.ts";
import { setReferenced } from "../../../base/process/referenced.ts";
import { tellingLine } from "../llama-log.ts";
import type { HostToRank, RankToHost } from "./protocol.ts";

/** How an engine host ended. */
export interface HostExit extends ChildExit {
	/** The line of its stderr that best tells why, if it wrote any. */
	readonly reason: string | undefined;
}

/** How an engine host ended, as the end of a sentence about it. */
export function hostExitText(exit: HostExit): string {
	return exit.reason === undefined ? exitText(exit) : `${exitText(exit)} (${exit.reason})`;
}

const KEPT_BYTES = 8192;
/** After the exit, what is still in the stderr pipe may take this long. */
const LAST_WORDS_MS = 250;
/** How long a host may take to end by itself. */
const CLOSE_MS = 2000;

/** The host's environment, which starts it sooner than the rank's own would. */
function hostEnvironment(env: Readonly<NodeJS.ProcessEnv>): NodeJS.ProcessEnv {
	// Node reads these certificates at each start, which takes as long as all else in it. A host uses no network.
	const { NODE_EXTRA_CA_CERTS, ...others } = env;
	return {
		// From Node 22 on, what was compiled once is kept.
		NODE_COMPILE_CACHE: join(cacheFolder(), "compiled"),
		...others,
		// Several threads of libuv's pool would each start llama.cpp's threads anew, at half the speed.
		UV_THREADPOOL_SIZE: "1",
	};
}

/** The process of one engine, seen from its rank. It keeps the rank alive only while `hold` says so. */
export class HostProcess {
	/** Resolves once the process has ended. */
	readonly exit: Promise<HostExit>;
	/** Takes what the host tells. To be set before a model is loaded. */
	onEvents: (events: readonly HostToRank[]) => void = () => {};
	readonly #child: ChildProcess;
	#holds = 0;
	#stderr = "";

	constructor() {
		// Under Node's own type stripping this file is TypeScript, and so is the host.
		const suffix = import.meta.url.endsWith(".ts") ? "ts" : "js";
		this.#child = fork(fileURLToPath(new URL(`llama/engine/node-llama-cpp/host/main.${suffix}`, ownFolder)), {
			// A debugger's port of the rank is not for the host.
			execArgv: process.execArgv.filter((argument) => !argument.startsWith("--inspect")),
			env: hostEnvironment(process.env),
			serialization: "json",
			// Nothing that llama.cpp prints may get into the rank's own output.
			stdio: ["ignore", "ignore", "pipe", "ipc"],
		});
		this.#child.on("message", (events) => this.onEvents(events as readonly HostToRank[]));
		this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
			this.#stderr = (this.#stderr + text).slice(-KEPT_BYTES);
		});
		this.exit = this.#watch();
		this.#setReferenced(false);
	}

	get pid(): number | undefined {
		return this.#child.pid;
	}

	/** Whether it has not ended, as far as is known here. */
	get alive(): boolean {
		return this.#child.connected && this.#child.exitCode === null && this.#child.signalCode === null;
	}

	send(message: RankToHost): void {
		// A failure to send is followed by the exit, which is where it is dealt with.
		if (this.#child.connected) this.#child.send(message, () => {});
	}

	/** Keeps the rank's event loop alive until `release` is called as often. */
	hold(): void {
		this.#holds += 1;
		if (this.#holds === 1) this.#setReferenced(true);
	}

	release(): void {
		this.#holds -= 1;
		if (this.#holds === 0) this.#setReferenced(false);
	}

	/** Ends the process, by force if it does not end by itself. */
	async close(): Promise<void> {
		this.hold();
		const timer = setTimeout(() => this.#child.kill("SIGKILL"), CLOSE_MS);
		this.send({ type: "close" });
		await this.exit;
		clearTimeout(timer);
		this.release();
	}

	#watch(): Promise<HostExit> {
		return new Promise((resolve) => {
			const finish = (code: number | null, signal: string | null) => {
				resolve({ code, signal, reason: tellingLine(this.#stderr) });
			};
			this.#child.once("error", (error) => {
				this.#stderr += `error: ${error.message}\n`;
				if (this.#child.pid === undefined) finish(null, null);
			});
			this.#child.once("exit", (code, signal) => {
				// A grandchild may hold the pipe open: wait for its end, but not for ever.
				const timer = setTimeout(() => finish(code, signal), LAST_WORDS_MS);
				this.#child.once("close", () => {
					clearTimeout(timer);
					finish(code, signal);
				});
			});
		});
	}

	#setReferenced(on: boolean): void {
		setReferenced(this.#child, on);
	}
}
