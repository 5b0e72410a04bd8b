import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setReferenced } from "./referenced.ts";

/**
 * Reads "+ GROUP" and "- GROUP" lines. "end" says that all is over, and the guard goes. If standard input ends without
 * it, its owner is gone, whatever ended it: then these process groups, and every process whose environment has the
 * mark, are ended, and the folder is removed.
 *
 * $1: folder; $2: time between SIGTERM and SIGKILL in tenths of a second, 0 for SIGKILL at once; $3: mark, or nothing.
 * `kill -s KILL -- -GROUP` is the one form that dash and bash both take.
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
marked() { [ -z "$1" ] || grep -l -F -e "$1" /proc/[0-9]*/environ 2>/dev/null | tr -dc '0-9\\n'; }
all() {
	for each in $groups; do kill -s "$2" -- "-$each" 2>/dev/null; done
	for each in $(marked "$1"); do kill -s "$2" "$each" 2>/dev/null; done
}
alive() {
	for each in $groups; do kill -s 0 -- "-$each" 2>/dev/null && return 0; done
	[ -n "$(marked "$1")" ]
}
if [ "$2" -gt 0 ]; then all "$3" TERM; all "$3" CONT; fi
tenths=0
while [ $tenths -lt "$2" ] && alive "$3"; do sleep 0.1; tenths=$((tenths + 1)); done
all "$3" KILL; all "$3" KILL
rm -rf -- "$1"
`;

/** What a guard looks after. */
export interface GuardOptions {
	/** Its name in the list of processes. */
	readonly name: string;
	/** The folder that it removes. */
	readonly folder: string;
	/** Tenths of a second between SIGTERM and SIGKILL; 0: SIGKILL at once. */
	readonly graceTenths: number;
	/** "NAME=VALUE": processes with this in their environment are ended too. Linux only. */
	readonly mark?: string;
}

/**
 * A tiny process that outlives its owner, to end the owner's process groups if the owner is killed: what SIGKILL ends
 * can clean up nothing itself.
 */
export class Guard {
	readonly #child: ChildProcess;
	readonly #exited: Promise<unknown>;

	constructor({ name, folder, graceTenths, mark = "" }: GuardOptions) {
		// Not the owner's environment: who looks for marked processes must not find the guard. "/": it must not hold a
		// file system.
		const env = { PATH: process.env.PATH ?? "/usr/bin:/bin" };
		this.#child = spawn("/bin/sh", ["-c", SCRIPT, name, folder, `${graceTenths}`, mark], {
			cwd: "/",
			detached: true,
			env,
			stdio: ["pipe", "ignore", "ignore"],
		});
		this.#exited = once(this.#child, "exit").catch(() => {});
		this.#child.stdin?.on("error", () => {});
		setReferenced(this.#child, false);
	}

	/** Puts a process group under guard. */
	watch(group: number): void {
		this.#child.stdin?.write(`+ ${group}\n`);
	}

	/** A process group is gone; its number may be used again by somebody else. */
	forget(group: number): void {
		this.#child.stdin?.write(`- ${group}\n`);
	}

	/** There is nothing to guard any more: the guard goes without doing anything. The folder is the owner's to remove. */
	async dismiss(): Promise<void> {
		this.#child.ref();
		this.#child.stdin?.end("end\n");
		if (this.#child.exitCode === null && this.#child.signalCode === null) await this.#exited;
	}
}
