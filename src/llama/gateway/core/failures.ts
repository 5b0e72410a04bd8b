import type { Failure } from "../../openai/failure.ts";

/** A call's time is over, in the queue or on a rank. */
export const EXPIRED: Failure = { code: "deadline_exceeded", message: "The request's time is over" };

/** The server takes nothing any more. */
export const DRAINING: Failure = { code: "draining", message: "The server is shutting down" };

/** A call that waited had to make room. */
export const PUSHED_OUT: Failure = {
	code: "queue_full",
	message: "The queue is full, and a request of a higher priority has come in",
};

const REFUSALS = {
	queue_full: { code: "queue_full", message: "The queue is full: as many requests wait as may" },
	queue_tokens: {
		code: "queue_full",
		message: "The queue is full: the prompts that wait are as long as they may be",
	},
	deadline: {
		code: "deadline_exceeded",
		message: "The request's time would be over before a slot is free",
	},
} as const satisfies Record<string, Failure>;

/** Why a call is not taken. */
export function refusal(reason: keyof typeof REFUSALS): Failure {
	return REFUSALS[reason];
}

const OF_ENGINES: ReadonlySet<string> = new Set(["generate", "endpoint", "engine_died", "engine_error"]);

/** Whether a failure says something about the engine rather than about the request. */
export function isOfEngine({ code }: Failure): boolean {
	return OF_ENGINES.has(code);
}
