import { Socket } from "node:net";
import { hostname } from "node:os";
import type { Readable, Writable } from "node:stream";
import { AGENT_LINE, FAILED_LINE } from "../launchers/remote-command.ts";
import type { Link } from "../link.ts";
import { ownVersion, packageRoot } from "../package-root.ts";
import type { AgentToHead, HeadToAgent } from "../protocol.ts";
import { StreamLink } from "../stream-link.ts";
import { Agent } from "./agent.ts";
import { endSession } from "./session.ts";

/**
 * Serves the head at the other end of the standard streams, or of a connection of its own with `--dial ADDRESSES`, and
 * ends with it.
 */
export async function serve(args: readonly string[] = process.argv.slice(2)): Promise<void> {
	const { input, output } = args[0] === "--dial" ? await dialHead(args[1] ?? "") : standardStreams();
	const hello = {
		version: ownVersion(),
		root: packageRoot(),
		node: process.versions.node,
		hostname: hostname(),
		pid: process.pid,
	};
	output.write(`\n${AGENT_LINE}${JSON.stringify(hello)}\n`);
	const link = new StreamLink<AgentToHead, HeadToAgent>(input, output);
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

interface Streams {
	readonly input: Readable;
	readonly output: Writable;
}

function standardStreams(): Streams {
	// Not process.stdout: writing to that would make us, and the ranks, wait for a slow reader.
	return { input: process.stdin, output: new Socket({ fd: 1, readable: false, writable: true }) };
}

async function dialHead(addresses: string): Promise<Streams> {
	const { dial } = await import("./dial.ts");
	try {
		const socket = await dial(addresses, process.env.SLURMD_NODENAME ?? hostname());
		return { input: socket, output: socket };
	} catch (error) {
		process.stdout.write(`\n${FAILED_LINE}${error instanceof Error ? error.message : error}\n`);
		process.exit(1);
	}
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
