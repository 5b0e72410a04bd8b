/**
 * The control plane's messages: what a rank and its agent tell each other over the agent's unix socket, one JSON
 * object per line. Payloads never travel here.
 */
import type { FailureCause } from "../base/errors.ts";

/** Where a rank receives: a unix socket for ranks of its host, tcp for the others. */
export interface RankAddresses {
	readonly ipc?: string;
	readonly tcp?: readonly string[];
}

/** A CURVE key pair, in the text form that ZeroMQ takes (Z85). Both halves of a job's pair are secret. */
export interface KeyPair {
	readonly publicKey: string;
	readonly secretKey: string;
}

/** How a rank and those of other hosts reach each other. */
export interface Network {
	/** Key pair of the job; without one, connections are not encrypted (--insecure). */
	readonly keys?: KeyPair;
	/** Addresses of this host that its ranks listen on, the best first, with their subnets: "10.0.0.5/24". */
	readonly addresses: readonly string[];
}

/** A rank as its peers see it. */
export interface Peer {
	readonly host: string;
	/** Index of its host: ranks with the same node may use `endpoint.ipc`. */
	readonly node: number;
	readonly endpoint: RankAddresses;
}

/** One operation that a rank waits in, for the deadlock report. */
export interface PendingOperation {
	/** Name of the call: "recv", "barrier". */
	readonly operation: string;
	/** World ranks that could complete it; empty for any. */
	readonly peers: readonly number[];
	readonly tag?: number;
	/** Name of the communicator. */
	readonly communicator: string;
	/** Milliseconds that it has been waiting. */
	readonly sinceMs: number;
	/** file:line in the caller that awaits it, if something does. */
	readonly at?: string;
	/** What is missing, in words: "has not been matched", "step 4". */
	readonly detail?: string;
}

/** Messages that a rank has sent to, or received from, each peer so far: [world rank, count]. */
export type Counts = readonly (readonly [number, number])[];

/** The signals after which a job has the time that it asked for. */
export type GraceSignal = "SIGTERM" | "SIGINT";

export type RankToAgent =
	/** First message: this rank can receive. */
	| {
			readonly type: "hello";
			readonly rank: number;
			readonly pid: number;
			readonly version: string;
			readonly endpoint: RankAddresses;
	  }
	/** End the job with this code. */
	| { readonly type: "abort"; readonly code: number; readonly reason: string }
	/** This rank needs nobody any more; it waits for "finalized". */
	| { readonly type: "finalize"; readonly sent: Counts }
	/** Nothing but a message can wake this rank. */
	| {
			readonly type: "blocked";
			readonly operations: readonly PendingOperation[];
			readonly sent: Counts;
			readonly received: Counts;
			/** World ranks of which it knows that nothing comes from them any more. */
			readonly gone: readonly number[];
	  }
	/** So many seconds are enough for rank 0 to finish after a signal, while the others live on; waits for "graced". */
	| { readonly type: "grace"; readonly seconds: number }
	/** Answer to "query". */
	| { readonly type: "status"; readonly query: number; readonly operations: readonly PendingOperation[] }
	/** Written while the process exits without finalize. */
	| {
			readonly type: "leaving";
			readonly code: number;
			/** file:line that called process.exit. */
			readonly at?: string;
			readonly operations: readonly PendingOperation[];
			readonly sent: Counts;
	  }
	/** The ranks called different collectives at one step, or passed different arguments. */
	| { readonly type: "mismatch"; readonly text: string }
	/** The connection to another rank has broken or could not be made: what is on its way there may be lost. */
	| { readonly type: "broken"; readonly rank: number; readonly text: string };

export type AgentToRank =
	/** First message, where the job has ranks on other hosts: bind there before "hello". */
	| { readonly type: "network"; readonly network: Network }
	/** All ranks can receive: the job begins. */
	| { readonly type: "start"; readonly peers: readonly Peer[] }
	/** A rank is gone. `sent` is how many messages it had sent to the reader of this, if it could still say so. */
	| {
			readonly type: "left";
			readonly rank: number;
			readonly cause: FailureCause;
			readonly sent?: number;
			readonly failed: boolean;
	  }
	/** Answer to "grace". */
	| { readonly type: "graced" }
	/** To rank 0 alone: somebody asks the job to end, and it has its grace time to do so. */
	| { readonly type: "signal"; readonly signal: GraceSignal }
	/** Every rank has finalized or is gone. */
	| { readonly type: "finalized" }
	/** Tell what you wait for. */
	| { readonly type: "query"; readonly query: number };
