/**
 * What the head (command line, map, output, exit code) and an agent (the ranks of one host) tell each other. All of
 * it can be written as JSON, except the bytes of `chunk`: an agent may live at the other end of a pipe.
 *
 * A rank has four descriptions on its way through a launch, each made from the one before it:
 *
 * | name              | what it holds                                             | made by                  |
 * | ----------------- | --------------------------------------------------------- | ------------------------ |
 * | `Placement`       | numbers: rank and size, local rank and size, node rank    | the map                  |
 * | `MappedRank`      | its placement, the host, the program (map/map.ts)         | the map                  |
 * | `RankOrder`       | its placement, the program, who reads standard input      | the head, for its agent  |
 * | `ResolvedCommand` | the command line, folder, GPUs and cores on its host      | the agent, for the head  |
 *
 * From then on the head keeps a `RankRecord` of what becomes of it (head/verdict), and the agent a `RankProcess`.
 *
 * The order of a launch: "launch" to every agent; each answers "prepared" or "refused"; "go" to all once all are
 * prepared; "launched" and "said" for each rank; "tell" with "start" to each once all have said hello; "exited" and
 * "drained" for each; "close", which an agent answers with "closed".
 */

import type { Placement } from "../../src/control/environment.ts";
import type { AgentToRank, KeyPair, RankToAgent } from "../../src/control/messages.ts";
import type { Finding, Probe } from "./examination.ts";

/** A stream of a rank's output. */
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

/** How the ranks of a job reach those of other hosts: what the head decides for all agents. */
export interface JobNetwork {
	/** Made for this job; undefined with --insecure. Never on a command line, in the environment or in a log. */
	readonly keys?: KeyPair;
	/** --iface */
	readonly iface?: string;
	/** There is one host: its ranks use tcp because they were asked to. */
	readonly loopback?: true;
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

/** What a rank runs, and on what: found out by its agent before anything is started. */
export interface ResolvedCommand {
	readonly rank: number;
	/** Absolute path of a program. */
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
	/** First message: find everything that these ranks need, and answer "prepared" or "refused". */
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
	/** Instead of a launch: tsmpirun --doctor looks at the host. */
	| { readonly type: "examine"; readonly probe: Probe }
	/** The job is over: clean up and close the link. */
	| { readonly type: "close" };

export type AgentToHead =
	/** So many bytes of preloaded files have been written. */
	| { readonly type: "file-credit"; readonly bytes: number }
	/** All is there that the ranks need. `gpus` are those of the host, where the ranks share them. */
	| {
			readonly type: "prepared";
			readonly commands: readonly ResolvedCommand[];
			readonly gpus?: readonly string[];
	  }
	| { readonly type: "launched"; readonly rank: number; readonly pid: number }
	/** Something takes long, for the user to know. */
	| { readonly type: "waiting"; readonly text: string }
	/** Something may be left behind, for the user to look after. */
	| { readonly type: "warning"; readonly text: string }
	/** A host is lost, and its ranks with it: how, in words that follow "host NAME". */
	| { readonly type: "lost"; readonly node: number; readonly text: string; readonly atMs: number }
	| { readonly type: "examined"; readonly finding: Finding }
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
