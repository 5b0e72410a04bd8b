import { randomBytes } from "node:crypto";
import { Socket } from "node:net";
import { hostname } from "node:os";
import type { Readable, Writable } from "node:stream";
import { DIAL_KEY_BYTES } from "../link/dial.ts";
import { AGENT_LINE, type AgentHello, FAILED_LINE, KEY_LINE } from "../link/greeting.ts";
import type { Link } from "../link/link.ts";
import type { AgentToHead, HeadToAgent } from "../link/protocol.ts";
import { StreamLink } from "../link/stream-link.ts";
import { ownVersion, packageRoot } from "../machine/package-root.ts";
import { Agent } from "./agent.ts";
import type { Credentials } from "./dial.ts";
import { endOrphanedSshd } from "./orphaned-sshd.ts";
import { forgetTask } from "./slurm-task.ts";

/** If standard input has brought nothing in this time, it does not come from the head. */
const DEAF_MS = 2000;

/** Attempts to dial back, 10 s in all: the head learns the key from what was printed, which takes its own time. */
const REDIALS = 50;

/**
 * Serves the head at the other end of the standard streams, or of a connection of its own, and ends with it.
 *
 * @param args `--dial ADDRESSES` to dial back; `--stdin-or-dial ADDRESSES NAME` to do so if standard input is deaf.
 */
export async function serve(args: readonly string[] = process.argv.slice(2)): Promise<void> {
	const { input, output } = await findHead(args);
	const hello: AgentHello = {
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
	if (lost !== undefined) endOrphanedSshd();
	process.exit(0);
}

interface Streams {
	readonly input: Readable;
	readonly output: Writable;
}

async function findHead([how, addresses = "", name = ""]: readonly string[]): Promise<Streams> {
	if (how === "--dial") return dialHead(addresses, nodeName());
	if (how !== "--stdin-or-dial" || (await hearsHead())) return standardStreams();
	// The key is made here and printed: standard output is private, while arguments, the head's only other way, are not.
	const key = randomBytes(DIAL_KEY_BYTES).toString("hex");
	process.stdout.write(`\n${KEY_LINE}${key}\n`);
	return dialHead(addresses, name, { key, redials: REDIALS });
}

/** Slurm's name of this host. The variables that describe us as its task are not for the ranks. */
function nodeName(): string {
	const name = process.env.SLURMD_NODENAME ?? hostname();
	forgetTask(process.env);
	return name;
}

/** Whether standard input comes from the head: it sends one byte before anything else. */
async function hearsHead(): Promise<boolean> {
	const { stdin } = process;
	return new Promise((resolve) => {
		stdin.once("readable", () => resolve(stdin.read(1) !== null));
		for (const event of ["end", "error"]) stdin.once(event, () => resolve(false));
		setTimeout(resolve, DEAF_MS, false).unref();
	});
}

function standardStreams(): Streams {
	// Not process.stdout: writing to that would make us, and the ranks, wait for a slow reader.
	return { input: process.stdin, output: new Socket({ fd: 1, readable: false, writable: true }) };
}

async function dialHead(addresses: string, name: string, own?: Credentials): Promise<Streams> {
	const { dial, readKey } = await import("./dial.ts");
	try {
		const socket = await dial(addresses, name, own ?? { key: await readKey() });
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
