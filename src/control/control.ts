import type { AgentToRank, RankToAgent } from "./messages.ts";

/** A rank's end of the control plane, whatever carries it. */
export interface Control {
	/** Whether it keeps the event loop alive: only while this rank waits for the job's word. */
	keepsAlive: boolean;
	send(message: RankToAgent): void;
	/** For the time when the process exits: nothing asynchronous would happen any more. */
	sendSync(message: RankToAgent): void;
	close(): void;
}

/**
 * Connects to the control plane.
 *
 * @param onLost Called when the connection ends without `close`: nobody holds the job together any more.
 */
export type Connect = (onMessage: (message: AgentToRank) => void, onLost: () => void) => Promise<Control>;
