import { readFileSync } from "node:fs";

function read(path: string): string | undefined {
	try {
		return readFileSync(path, "latin1");
	} catch {
		return undefined;
	}
}

/** How often the kernel has killed a process for want of memory: in our cgroup, else on the machine. */
export function oomKills(): number {
	const groups = read("/proc/self/cgroup") ?? "";
	const unified = /^0::(.*)$/m.exec(groups)?.[1];
	const memory = /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/m.exec(groups)?.[1];
	const text =
		(unified === undefined ? undefined : read(`/sys/fs/cgroup${unified}/memory.events`)) ??
		(memory === undefined ? undefined : read(`/sys/fs/cgroup/memory${memory}/memory.oom_control`)) ??
		read("/proc/vmstat") ??
		"";
	return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
}
