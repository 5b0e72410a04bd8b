import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/**
 * $1: the server's process, $2: a folder. Ends the server when standard input ends, which is when the rank is gone,
 * however it went; "done" says that there is nothing to end any more. The folder goes in any case.
 */
const SCRIPT = `
trap '' HUP INT QUIT TERM TSTP
read -r word
[ "$word" = done ] || kill -s KILL "$1" 2>/dev/null
rm -rf -- "$2"
`;

/** A tiny process that outlives its rank, to end the rank's server if the rank is killed. */
export class Guard {
	readonly #child: ChildProcess;
	readonly #exited: Promise<unknown>;

	constructor(pid: number, folder: string) {
		// Not the rank's environment, by which whoever clears up after a rank would find the guard first.
		const env = { PATH: process.env.PATH ?? "/usr/bin:/bin" };
		this.#child = spawn("/bin/sh", ["-c", SCRIPT, "tsmpi-engine-guard", `${pid}`, folder], {
			cwd: "/",
			detached: true,
			env,
			stdio: ["pipe", "ignore", "ignore"],
		});
		this.#exited = once(this.#child, "exit").catch(() => {});
		this.#child.stdin?.on("error", () => {});
		// It must not keep the rank alive.
		this.#child.unref();
		(this.#child.stdin as unknown as { unref(): void } | null)?.unref();
	}

	/** The server has ended: resolves once the folder is gone, too. */
	async dismiss(): Promise<void> {
		this.#child.ref();
		this.#child.stdin?.end("done\n");
		if (this.#child.exitCode === null && this.#child.signalCode === null) await this.#exited;
	}
}
