import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { JOB_ID_VARIABLE } from "../../src/control/environment.ts";

/** Seconds between SIGTERM and SIGKILL, in tenths: all must be gone 5 seconds after the agent. */
const GRACE_TENTHS = 15;

/**
 * Reads "+ group" and "- group" lines from the agent; when the agent is gone, whatever ended it, ends these process
 * groups and everything that carries the job's id, and removes the job's folder. $1: job id, $2: folder.
 */
const SCRIPT = `
trap '' HUP INT QUIT TERM TSTP
groups=
while read -r verb group; do
	case $verb in
	+) groups="$groups $group" ;;
	-) kept=; for each in $groups; do [ "$each" = "$group" ] || kept="$kept $each"; done; groups=$kept ;;
	end) exit 0 ;;
	esac
done
strays() { grep -l "${JOB_ID_VARIABLE}=$1" /proc/[0-9]*/environ 2>/dev/null | tr -dc '0-9\\n'; }
all() {
	for each in $groups; do kill -s "$2" -- "-$each" 2>/dev/null; done
	for each in $(strays "$1"); do kill -s "$2" "$each" 2>/dev/null; done
}
alive() {
	for each in $groups; do kill -s 0 -- "-$each" 2>/dev/null && return 0; done
	[ -n "$(strays "$1")" ]
}
all "$1" TERM; all "$1" CONT
tenths=0
while [ $tenths -lt ${GRACE_TENTHS} ] && alive "$1"; do sleep 0.1; tenths=$((tenths + 1)); done
all "$1" KILL; all "$1" KILL
rm -rf -- "$2"
`;

/** A tiny process that outlives the agent, to end the ranks if the agent is killed. */
export class Guard {
	readonly #child: ChildProcess;
	readonly #exited: Promise<unknown>;

	private constructor(child: ChildProcess) {
		this.#child = child;
		this.#exited = once(child, "exit").catch(() => {});
		child.stdin?.on("error", () => {});
		// It must not keep the agent alive.
		child.unref();
		if (child.stdin !== null && "unref" in child.stdin && typeof child.stdin.unref === "function")
			child.stdin.unref();
	}

	static start(jobId: string, folder: string): Guard {
		// Not the job's environment: the guard must not find itself. "/": it must not hold a file system.
		const env = { PATH: process.env.PATH ?? "/usr/bin:/bin" };
		const child = spawn("/bin/sh", ["-c", SCRIPT, "tsmpi-guard", jobId, folder], {
			cwd: "/",
			detached: true,
			env,
			stdio: ["pipe", "ignore", "ignore"],
		});
		return new Guard(child);
	}

	/** Puts a process group under guard. */
	watch(group: number): void {
		this.#child.stdin?.write(`+ ${group}\n`);
	}

	/** A process group is gone; its number may be used again by somebody else. */
	forget(group: number): void {
		this.#child.stdin?.write(`- ${group}\n`);
	}

	/** The job has ended: the guard goes without doing anything. */
	async dismiss(): Promise<void> {
		this.#child.ref();
		this.#child.stdin?.end("end\n");
		if (this.#child.exitCode === null && this.#child.signalCode === null) await this.#exited;
	}
}
