import { Socket } from "node:net";
import { hostname } from "node:os";
import { AGENT_LINE } from "../launchers/remote-command.ts";
import type { Link } from "../link.ts";
import { ownVersion, packageRoot } from "../package-root.ts";
import type { AgentToHead, HeadToAgent } from "../protocol.ts";
import { StreamLink } from "../stream-link.ts";
import { Agent } from "./agent.ts";
import { endSession } from "./session.ts";

/** Serves the head at the other end of the standard streams, and ends with it. */
export async function serve(): Promise<void> {
	// Not process.stdout: writing to that would make us, and the ranks, wait for a slow reader.
	const stdout = new Socket({ fd: 1, readable: false, writable: true });
	const hello = {
		version: ownVersion(),
		root: packageRoot(),
		node: process.versions.node,
		hostname: hostname(),
		pid: process.pid,
	};
	stdout.write(`\n${AGENT_LINE}${JSON.stringify(hello)}\n`);
	const link = new StreamLink<AgentToHead, HeadToAgent>(process.stdin, stdout);
	const agent = new Agent(holding(link));
	for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
		process.on(signal, () => void agent.abandon());
	}
	await agent.done;
	link.close();
	const lost = await new Promise<string | undefined>((resolve) => link.onClose(resolve));
	if (lost !== undefined) endSession();
	process.exit(0);
}

/** The link of a head that stops: it is silent until it goes on, and must not be taken for dead. */
function holding(link: StreamLink<AgentToHead, HeadToAgent>): Link<AgentToHead, HeadToAgent> {
	return {
		...{ send: link.send, onClose: link.onClose, close: link.close },
		onMessage: (listener) =>
			link.onMessage((message) => {
				if (message.type === "signal" && message.signal === "SIGSTOP") link.hold();
				listener(message);
			}),
	};
}
