/** What the threads of a job without tsmpirun tell each other: one JSON object in one frame. */

import type { Placement } from "../../src/control/environment.ts";
import type { AgentToRank, RankToAgent } from "../../src/control/messages.ts";

/** Changes when messages do, between ranks or threads: processes of different versions must not mix. */
export const PROTOCOL = 1;

export type RankToHead =
	/** First message. */
	| {
			readonly type: "hello";
			readonly protocol: number;
			readonly rank: number;
			readonly size: number;
			readonly host: string;
			readonly pid: number;
	  }
	| { readonly type: "say"; readonly message: RankToAgent }
	/** The process is about to end; it waits for "noted". */
	| { readonly type: "leave"; readonly message?: RankToAgent };

export type HeadToRank =
	/** The hello cannot be accepted. */
	| { readonly type: "refused"; readonly text: string }
	/** All ranks have joined. */
	| { readonly type: "welcome"; readonly place: Placement }
	| { readonly type: "tell"; readonly message: AgentToRank }
	/** Answer to "leave". `code`: the job has ended because of it, with this exit code. */
	| { readonly type: "noted"; readonly code: number }
	/** The job is over. */
	| { readonly type: "end"; readonly code: number; readonly text: string };

/** A message as a frame. */
export function encode(message: RankToHead | HeadToRank): string {
	return JSON.stringify(message);
}

/** The message in a frame, or undefined: with --insecure anybody may send anything. */
export function decode<T extends RankToHead | HeadToRank>(frame: Buffer | undefined): T | undefined {
	try {
		const value: unknown = JSON.parse(String(frame));
		return typeof value === "object" && value !== null && "type" in value ? (value as T) : undefined;
	} catch {
		return undefined;
	}
}
