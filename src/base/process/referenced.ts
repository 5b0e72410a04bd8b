import type { ChildProcess } from "node:child_process";
import { Socket } from "node:net";

/** Whether a child process, with its pipes and its channel, keeps the event loop of this process alive. */
export function setReferenced(child: ChildProcess, on: boolean): void {
	const pipes = child.stdio.filter((stream) => stream instanceof Socket);
	for (const handle of [child, child.channel, ...pipes]) {
		if (on) handle?.ref();
		else handle?.unref();
	}
}
