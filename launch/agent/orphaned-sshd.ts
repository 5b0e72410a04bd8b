import { readdirSync, readFileSync } from "node:fs";

/**
 * Ends the sshd process that serves our connection, if it serves nobody else. A head that was cut off never tells it
 * that it is gone, and TCP takes a quarter of an hour to.
 */
export function endOrphanedSshd(): void {
	const parent = process.ppid;
	if (process.env.SSH_CONNECTION === undefined || process.platform !== "linux") return;
	try {
		if (!readFileSync(`/proc/${parent}/comm`, "latin1").startsWith("sshd")) return;
		const children = readdirSync(`/proc/${parent}/task`).flatMap((task) =>
			readFileSync(`/proc/${parent}/task/${task}/children`, "latin1").trim().split(/\s+/),
		);
		if (children.length === 1 && children[0] === `${process.pid}`) process.kill(parent, "SIGTERM");
	} catch {
		// The process is gone, or another user's.
	}
}
