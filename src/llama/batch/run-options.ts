import {
	FUNCTION,
	integerFrom,
	type Kinds,
	numberFrom,
	objectWith,
	oneOf,
	SIGNAL,
	TEXT,
} from "../../base/check-types.ts";
import type { Measurement } from "../measure/measure.ts";
import { POLICIES, type Policy } from "../schedule/policies.ts";
import type { BatchRequest } from "./files/request.ts";
import type { Ending } from "./outcome.ts";
import type { BatchWatch } from "./watch.ts";

/** How to run a batch. */
export interface RunBatchOptions {
	/** How requests are shared out among the ranks. @default "dynamic" */
	readonly policy?: Policy | undefined;
	/** Requests that this rank runs at the same time; another rank may run more or fewer. @default 4 */
	readonly inflight?: number | undefined;
	/** How requests may call this rank's model, besides its path, its file's name and its own. @default only so */
	readonly model?: string | undefined;
	/** Requests per second of an open loop, of all ranks together. @default the next one starts when one ends */
	readonly rate?: number | undefined;
	/** How regular the open loop's gaps are: 1 is a Poisson process, Infinity a clock. @default 1 */
	readonly burstiness?: number | undefined;
	/** Of the open loop's arrivals: the same seed gives the same times. @default 1 */
	readonly seed?: number | undefined;
	/** What this rank measures; on every rank or on none. @default one that starts and ends with the batch */
	readonly measurement?: Measurement | undefined;
	/** Called on rank 0 for each request as it ends. While a promise that it gave is pending, nothing is handed out. */
	readonly onEnd?: ((ending: Ending) => Promise<void> | undefined) | undefined;
	/** Called on rank 0 with each piece of text as it is generated. @default pieces do not travel */
	readonly onPiece?: ((request: BatchRequest, text: string) => void) | undefined;
	/** On rank 0: hears of requests and ranks as they come and go; `serveMetrics` gives one. @default nobody does */
	readonly watch?: BatchWatch | undefined;
	/** On rank 0: an abort ends the run early. What had not ended stays out of the output. @default runs to the end */
	readonly signal?: AbortSignal | undefined;
}

/** What each option may be. */
export const RUN_BATCH_KINDS: Kinds<RunBatchOptions> = {
	policy: oneOf(...POLICIES),
	inflight: integerFrom(1),
	model: TEXT,
	rate: numberFrom(1e-3, 1e6),
	burstiness: { words: "a number from 0.001 to 1000000, or Infinity", accepts: isBurstiness },
	seed: integerFrom(0, 2 ** 32 - 1),
	measurement: objectWith("what startMeasurement() resolves to", "recorder", "stop"),
	onEnd: FUNCTION,
	onPiece: FUNCTION,
	watch: objectWith("what serveMetrics() resolves to has", "submitted", "assigned", "ended"),
	signal: SIGNAL,
};

function isBurstiness(value: unknown): boolean {
	return value === Number.POSITIVE_INFINITY || numberFrom(1e-3, 1e6).accepts(value);
}
