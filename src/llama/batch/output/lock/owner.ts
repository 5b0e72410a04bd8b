import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** Who holds a lock. */
export interface Owner {
	/** Tells one lock from all others, for ever. */
	readonly id: string;
	/** For people: the name of the host. */
	readonly host: string;
	readonly pid: number;
	/** When the process started, in the kernel's ticks: numbers of processes are used again. */
	readonly start: string;
	/** Which run of which kernel, and which of its sets of process numbers: only there does the number mean anything. */
	readonly boot: string;
	readonly namespace: string;
}

/** This process. */
export function ownerWith(id: string): Owner {
	const { pid } = process;
	const start = startOf(pid) ?? "";
	return { id, host: hostname(), pid, start, boot: bootId(), namespace: pidNamespace() };
}

/** Whether the owner's process can be looked for from here: else only time tells whether it lives. */
export function isNear({ boot, namespace, start }: Owner): boolean {
	return start !== "" && boot !== "" && namespace !== "" && boot === bootId() && namespace === pidNamespace();
}

/** Whether an owner that is near has ended. */
export function isGone({ pid, start }: Owner): boolean {
	try {
		process.kill(pid, 0);
	} catch (error) {
		// EPERM: another user's.
		if ((error as NodeJS.ErrnoException).code === "ESRCH") return true;
	}
	const now = startOf(pid);
	// Other users' processes may be hidden: what exists and cannot be read is taken for the owner.
	if (now !== undefined && now !== start) return true;
	return isDead(pid);
}

/** A process that was killed and that nobody has waited for; none of its threads may still be in a write. */
function isDead(pid: number): boolean {
	try {
		return /^[ZX]$/.test(fields(pid)[0] ?? "") && readdirSync(`/proc/${pid}/task`).length <= 1;
	} catch {
		return false;
	}
}

function startOf(pid: number): string | undefined {
	try {
		return fields(pid)[19];
	} catch {
		return undefined;
	}
}

/** The fields of /proc/PID/stat from the third on: the second is the program's name, in which anything may be. */
function fields(pid: number): string[] {
	const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
	return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function bootId(): string {
	try {
		return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
	} catch {
		return "";
	}
}

function pidNamespace(): string {
	try {
		return readlinkSync("/proc/self/ns/pid");
	} catch {
		return "";
	}
}
