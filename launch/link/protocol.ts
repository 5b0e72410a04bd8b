/**
 * What the head (command line, map, output, exit code) and an agent (the ranks of one host) tell each other. All of
 * it can be written as JSON, except the bytes of `chunk`: an agent may live at the other end of a pipe.
 */

import type { Placement } from "../../src/control/environment.ts";
import type { AgentToRank, RankToAgent } from "../../src/control/messages.ts";
import type { Answer, Question } from "../doctor/questions.ts";
import type { JobNetwork } from "../network/job-network.ts";

export type StreamName = "stdout" | "stderr";

/** A program of the job as it was typed: what it means is found out on the host that runs it. */
export interface ProgramOrder {
	readonly program: string;
	readonly args: readonly string[];
	readonly wdir?: string;
	/** What its ranks' environment has besides the job's. */
	readonly variables: Readonly<Record<string, string>>;
}

/** One rank that an agent starts. */
export interface RankOrder extends Placement {
	/** Index of its program. */
	readonly program: number;
	/** Whether it reads tsmpirun's standard input; /dev/null otherwise. */
	readonly stdin: boolean;
}

/** How the ranks of a host share what it has. */
export interface Binding {
	/** Each rank runs only on its share of the cores. */
	readonly cores: boolean;
	/** Each rank sees so many of the GPUs; undefined: CUDA_VISIBLE_DEVICES stays as it is. */
	readonly gpusPerRank?: number;
	/** GPUs of this host that they may use at most: gpus= of a hostfile. */
	readonly mostGpus?: number;
}

/** A file that is copied to the hosts before the start. */
export interface PreloadOrder {
	/** As it was typed: where the command line says the same, the copy is meant. */
	readonly typed: string;
	/** Its name in the job's folder. */
	readonly name: string;
	readonly mode: number;
}

/** Files that are copied to the hosts, and how Node is to read programs among them. */
export interface Preload {
	readonly files: readonly PreloadOrder[];
	readonly moduleType: "module" | "commonjs";
}

/** All that an agent needs to know about the job. */
export interface LaunchOrder {
	readonly type: "launch";
	/** Carried by every process of the job on this host. */
	readonly jobId: string;
	/** The folder that tsmpirun runs in. */
	readonly cwd: string;
	/** Added to the environment that the host itself gives the ranks. */
	readonly env: Readonly<Record<string, string>>;
	readonly programs: readonly ProgramOrder[];
	readonly ranks: readonly RankOrder[];
	readonly binding: Binding;
	/** Streams whose unfinished lines are passed on too: a terminal shows them. */
	readonly prompts: readonly StreamName[];
	/** Present where ranks use tcp. */
	readonly network?: JobNetwork;
	/** Their bytes follow as "file" messages. */
	readonly preload?: Preload;
}

/** What an agent has found out about a rank before it starts it. */
export interface PlacedRank {
	readonly rank: number;
	readonly command: string;
	readonly args: readonly string[];
	/** Absolute. */
	readonly cwd: string;
	/** GPUs that it sees, as CUDA_VISIBLE_DEVICES names them. */
	readonly gpus?: readonly string[];
	/** Cores that it may run on, as taskset writes them. */
	readonly cores?: string;
}

export type HeadToAgent =
	/** First message: find everything that these ranks need, and answer "placed" or "refused". */
	| LaunchOrder
	/** Bytes of a preloaded file, by its index; and its end. */
	| { readonly type: "file"; readonly file: number; readonly chunk: Uint8Array }
	| { readonly type: "file-end"; readonly file: number }
	/** Start them. */
	| { readonly type: "go" }
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
	/** Instead of a launch: tsmpirun --doctor asks something. */
	| { readonly type: "examine"; readonly question: Question }
	/** The job is over: clean up and close the link. */
	| { readonly type: "close" };

export type AgentToHead =
	/** So many bytes of preloaded files have been written. */
	| { readonly type: "file-credit"; readonly bytes: number }
	/** All is there that the ranks need. `gpus` are those of the host, where the ranks share them. */
	| { readonly type: "placed"; readonly ranks: readonly PlacedRank[]; readonly gpus?: readonly string[] }
	| { readonly type: "launched"; readonly rank: number; readonly pid: number }
	/** Something takes long, for the user to know. */
	| { readonly type: "waiting"; readonly text: string }
	/** Something may be left behind, for the user to look after. */
	| { readonly type: "warning"; readonly text: string }
	/** A host is lost, and its ranks with it: how, in words that follow "host NAME". */
	| { readonly type: "lost"; readonly node: number; readonly text: string; readonly atMs: number }
	| { readonly type: "examined"; readonly answer: Answer }
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

/** What an agent tells about the ranks' fate. */
export type JobNews = Extract<
	AgentToHead,
	{ type: "lost" | "refused" | "launched" | "said" | "joined-twice" | "parted" | "exited" | "drained" }
>;
