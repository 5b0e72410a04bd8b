import type { BadLine } from "../../batch/files/request.ts";
import type { RequestKind } from "../../openai/kind.ts";

/** A body of a request, as JSON. */
export type Body = Readonly<Record<string, unknown>>;

/** What is sent, and where. */
export interface LoadRequest {
	readonly path: RequestKind;
	readonly body: Body;
}

/** A line of a file that is no request: it fails without being sent. */
export type BadItem = Pick<BadLine, "code" | "message" | "param" | "number">;

/** Requests of which each needs the answer to the one before it. Most have one. */
export interface Session {
	readonly turns: number;
	/** The request of a turn, from 0, after these answers. */
	readonly request: (turn: number, answers: readonly string[]) => LoadRequest | BadItem;
}

/** What there is to send. Every rank knows all of it, and sends its part. */
export interface Workload {
	/** How many sessions there are; infinity where only time ends them. */
	readonly sessions: number;
	/** Turns of each. */
	readonly turns: number;
	/** A session by its number; those of warm-ups are below 0. */
	readonly session: (index: number) => Session;
}
