import { type ChildProcess, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeSocketFolder } from "../../../base/host/socket-folder.ts";
import type { ChildExit } from "../../../base/process/exit-text.ts";
import { Guard } from "../../../base/process/guard.ts";
import { setReferenced } from "../../../base/process/referenced.ts";
import { EngineError, reasonOf } from "../../errors.ts";
import { ServerLog } from "./log.ts";

const SOCKET = "llama.sock";
/** After the exit, what is still in the pipes may take this long. */
const LAST_WORDS_MS = 2000;
/** How long a server may take to end by itself. */
const CLOSE_MS = 2000;

/** A llama-server that belongs to this process: it ends with it, however that ends. */
export class ServerProcess {
	/** In a folder that only this user can enter. */
	readonly socketPath: string;
	readonly log = new ServerLog();
	/** Resolves once the process has ended and its last words are in the log. */
	readonly exit: Promise<ChildExit>;
	readonly #child: ChildProcess;
	readonly #guard: Guard | undefined;
	readonly #folder: string;

	/** @param args Gives the arguments for a path of the socket. */
	constructor(binary: string, args: (socketPath: string) => readonly string[], env: NodeJS.ProcessEnv) {
		this.#folder = makeFolder();
		this.socketPath = join(this.#folder, SOCKET);
		this.#child = spawn(binary, args(this.socketPath), {
			// A signal to the rank's process group must not end the engine: while the rank lives, it may need it.
			detached: true,
			env,
			// Nothing that llama.cpp prints may get into the rank's own output.
			stdio: ["ignore", "pipe", "pipe"],
		});
		for (const stream of [this.#child.stdout, this.#child.stderr]) {
			stream?.setEncoding("utf8").on("data", (text: string) => this.log.add(text));
		}
		this.#guard = this.#child.pid === undefined ? undefined : guardServer(this.#child.pid, this.#folder);
		this.exit = this.#watch();
	}

	get pid(): number | undefined {
		return this.#child.pid;
	}

	/** Whether this process stays alive for the sake of the server. */
	setReferenced(on: boolean): void {
		setReferenced(this.#child, on);
	}

	/** Ends the process, by force if it does not end by itself. */
	async close(): Promise<void> {
		this.setReferenced(true);
		const timer = setTimeout(() => this.#child.kill("SIGKILL"), CLOSE_MS);
		this.#child.kill("SIGTERM");
		await this.exit;
		clearTimeout(timer);
	}

	async #watch(): Promise<ChildExit> {
		const exit = await new Promise<ChildExit>((resolve) => {
			this.#child.once("error", (error) => {
				this.log.add(`error: ${reasonOf(error)}\n`);
				if (this.#child.pid === undefined) resolve({ code: null, signal: null });
			});
			this.#child.once("exit", (code, signal) => {
				const timer = setTimeout(() => resolve({ code, signal }), LAST_WORDS_MS);
				this.#child.once("close", () => {
					clearTimeout(timer);
					resolve({ code, signal });
				});
			});
		});
		rmSync(this.#folder, { recursive: true, force: true });
		await this.#guard?.dismiss();
		return exit;
	}
}

/** Ends the server if the rank is killed. */
function guardServer(pid: number, folder: string): Guard {
	const guard = new Guard({ name: "tsmpi-engine-guard", folder, graceTenths: 0 });
	guard.watch(pid);
	return guard;
}

function makeFolder(): string {
	try {
		return makeSocketFolder("tsmpi-engine-", SOCKET.length);
	} catch (error) {
		throw new EngineError(
			"ERR_ENGINE_LOAD",
			`Cannot make a folder for an engine in TMPDIR (${tmpdir()}): ${reasonOf(error)}`,
			{ cause: error },
		);
	}
}
