import { LaunchError } from "../../src/base/errors.ts";
import type { Host } from "../hosts/hosts.ts";
import type { AgentLink, LaunchContext } from "./launcher.ts";

/** Agents that are being started at a time: each costs this machine a process and a handshake. */
const AT_ONCE = 32;

/** After this time the user is told which host is waited for. */
const PATIENCE_MS = 3000;

/** One attempt to start an agent. */
export interface Attempt {
	readonly link: Promise<AgentLink>;
	/** What is being waited for, in words: "ssh to answer". */
	readonly waitsFor: () => string;
	/** What the far side, or the program that leads there, has said last. */
	readonly said: () => string | undefined;
	readonly cancel: () => void;
}

/** Starts an agent on each host, some at a time; watches over the time that it takes. */
export function startEach(
	hosts: readonly Host[],
	{ connectMs, waiting }: LaunchContext,
	attempt: (host: Host) => Attempt | Promise<Attempt>,
): Promise<AgentLink>[] {
	let free = AT_ONCE;
	const queue: (() => void)[] = [];
	const turn = async () => {
		if (free-- <= 0) await new Promise<void>((resolve) => queue.push(resolve));
	};
	return hosts.map(async (host) => {
		await turn();
		try {
			return await within(host, await attempt(host), { connectMs, waiting });
		} finally {
			free++;
			queue.shift()?.();
		}
	});
}

/** Names a host that does not answer soon, and gives it up in the end. */
async function within(
	{ name }: Host,
	{ link, waitsFor, said, cancel }: Attempt,
	{ connectMs, waiting }: Pick<LaunchContext, "connectMs" | "waiting">,
): Promise<AgentLink> {
	const limit = `${connectMs / 1000} s (--connect-timeout)`;
	const patience = setTimeout(
		() => waiting(`host ${name} has not answered yet: waiting for ${waitsFor()}, up to ${limit}`),
		PATIENCE_MS,
	);
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_, reject) => {
		timer = setTimeout(() => {
			const last = said();
			const quoted = last === undefined ? "" : `; the last that was heard: ${last}`;
			reject(new LaunchError(`Cannot reach host ${name} within ${limit}: waited for ${waitsFor()}${quoted}`));
			cancel();
		}, connectMs);
	});
	try {
		return await Promise.race([link, late]);
	} finally {
		clearTimeout(patience);
		clearTimeout(timer);
	}
}
