import type { Host } from "../hosts/hosts.ts";
import type { Link } from "../link/link.ts";
import type { AgentToHead, HeadToAgent } from "../link/protocol.ts";

/** The head's end of the link to an agent. */
export type AgentLink = Link<HeadToAgent, AgentToHead>;

/** A way to start agents on other hosts. */
export interface Launcher {
	/**
	 * Starts an agent on each of these hosts, all at once or with a limit of its own.
	 *
	 * @returns For each host a promise of the link to its agent: resolved once the agent has said who it is
	 *   (`checkHello`), rejected with a LaunchError whose message names the host.
	 */
	readonly start: (hosts: readonly Host[]) => readonly Promise<AgentLink>[];
	/** Ends what was started on this machine, and what is still being started; resolves once it is gone. */
	readonly close: () => Promise<void>;
}

/** What every launcher is told. */
export interface LaunchContext {
	/** Time for all hosts to answer. */
	readonly connectMs: number;
	/** Something takes long: tells the user. */
	readonly waiting: (text: string) => void;
	/** Something that --verbose shows. */
	readonly note: (text: string) => void;
}
