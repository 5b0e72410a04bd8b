/**
 * What the head (command line, map, output, exit code) and an agent (the ranks of one host) tell each other. All of
 * it can be written as JSON, except the bytes of `chunk`: an agent may live at the other end of a pipe.
 */
import type { AgentToRank, RankToAgent } from "../src/control/messages.ts";
import type { Placement } from "../src/job.ts";
import type { JobNetwork } from "./network/job-network.ts";

export type StreamName = "stdout" | "stderr";

/** One rank that an agent starts. */
export interface RankOrder extends Placement {
	readonly command: string;
	readonly args: readonly string[];
	readonly cwd: string;
	/** What this rank's environment has besides the job's. */
	readonly variables: Readonly<Record<string, string>>;
	/** Whether it reads tsmpirun's standard input; /dev/null otherwise. */
	readonly stdin: boolean;
	/** Cores that it may run on, as taskset writes them. */
	readonly cores?: string;
}

export type HeadToAgent =
	/** First message: start these ranks. */
	| {
			readonly type: "launch";
			readonly jobId: string;
			readonly env: Readonly<Record<string, string>>;
			readonly ranks: readonly RankOrder[];
			/** Streams whose unfinished lines are passed on too: a terminal shows them. */
			readonly prompts: readonly StreamName[];
			/** Present where ranks use tcp. */
			readonly network?: JobNetwork;
	  }
	/** Pass a message on to ranks. */
	| { readonly type: "tell"; readonly rank: number; readonly message: AgentToRank }
	| { readonly type: "stdin"; readonly rank: number; readonly chunk: Uint8Array }
	| { readonly type: "stdin-end"; readonly rank: number }
	/** Send all ranks a signal. */
	| { readonly type: "signal"; readonly signal: NodeJS.Signals }
	/** End all ranks: this signal, and SIGKILL after the grace time. */
	| { readonly type: "terminate"; readonly signal: NodeJS.Signals; readonly graceMs: number }
	/** So many bytes of a rank's output have been written. */
	| { readonly type: "credit"; readonly rank: number; readonly stream: StreamName; readonly bytes: number }
	/** The job is over: clean up and close the link. */
	| { readonly type: "close" };

export type AgentToHead =
	| { readonly type: "launched"; readonly rank: number; readonly pid: number }
	/** A rank could not be started, and so the job cannot. */
	| { readonly type: "refused"; readonly text: string; readonly exitCode: number }
	/** A rank's message. */
	| { readonly type: "said"; readonly rank: number; readonly message: RankToAgent }
	/** A second process joined as this rank. */
	| { readonly type: "joined-twice"; readonly rank: number; readonly pid: number }
	/** A rank's control connection has closed. */
	| { readonly type: "parted"; readonly rank: number; readonly atMs: number }
	| {
			readonly type: "exited";
			readonly rank: number;
			readonly code: number | null;
			readonly signal: string | null;
			readonly atMs: number;
			/** The kernel's OOM killer was at work since the job began. */
			readonly outOfMemory: boolean;
	  }
	/** Whole lines, unless `partial`: then the last one is unfinished. */
	| {
			readonly type: "output";
			readonly rank: number;
			readonly stream: StreamName;
			readonly chunk: Uint8Array;
			readonly atMs: number;
			readonly partial: boolean;
	  }
	/** Nothing more comes from this rank: it has exited and its output has been sent. */
	| { readonly type: "drained"; readonly rank: number }
	/** So many bytes of standard input have been taken by the rank. */
	| { readonly type: "stdin-credit"; readonly rank: number; readonly bytes: number }
	/** The rank reads no more standard input. */
	| { readonly type: "stdin-closed"; readonly rank: number }
	/** Clean-up is done. */
	| { readonly type: "closed" };
