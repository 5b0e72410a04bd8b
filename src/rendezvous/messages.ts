/**
 * A job without tsmpirun: its processes find each other at an address that all of them know. Each has a thread that
 * belongs to the launcher's side (`launch/rendezvous`), so that a rank that computes does not keep the others waiting;
 * the thread of rank 0 plays tsmpirun. These are the messages between a rank and its own thread.
 */

import type { Placement } from "../control/environment.ts";
import type { AgentToRank, KeyPair, Network, RankToAgent } from "../control/messages.ts";

/** What a process was told about its job. */
export interface RendezvousSettings {
	readonly rank: number;
	readonly size: number;
	/** Where rank 0 listens. */
	readonly host: string;
	readonly port: number;
	/** The job's key pair, or undefined: not encrypted. */
	readonly keys?: KeyPair;
	/** Where the keys come from, for messages. */
	readonly keySource: string;
	/** Interface or subnet by which other hosts reach this one. */
	readonly iface?: string;
	/** How long to wait for the others. */
	readonly timeoutMs: number;
}

export type RankToThread =
	| { readonly type: "say"; readonly message: RankToAgent }
	/**
	 * The rank leaves: pass its last message on, close everything, put the code with which the job ends because of it (or
	 * 0) into `flag[1]`, then set `flag[0]` and wake who waits for it.
	 */
	| { readonly type: "leave"; readonly message?: RankToAgent; readonly flag: Int32Array };

export type ThreadToRank =
	/** All ranks have come. */
	| { readonly type: "welcome"; readonly place: Placement; readonly network: Network }
	/** There will be no job. */
	| { readonly type: "failed"; readonly text: string }
	| { readonly type: "tell"; readonly message: AgentToRank }
	/** The job is over before this rank is; why has been printed. */
	| { readonly type: "end"; readonly code: number };
