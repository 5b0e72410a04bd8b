import type { Engine, EngineInfo } from "../../engine/engine.ts";
import type { ModelFacts } from "../../model/gguf/validate.ts";

/** The model that is served, and what it is called. */
export interface ServedModel {
	/** Its name in answers; the first is the one that answers have, any of them may be asked for. */
	readonly names: readonly [string, ...string[]];
	/** These are the operator's names: an endpoint's own is not told. @default false */
	readonly renamed?: boolean;
	/** When it was loaded, in seconds since 1970. */
	readonly created: number;
	/** What its file says; undefined of an endpoint's. */
	readonly facts?: ModelFacts | undefined;
}

/** A rank, as clients may know it. */
export interface ServedRank {
	readonly hostname: string;
	readonly engine: EngineInfo;
	readonly slots: number;
}

/** What is there once engines have loaded. */
export interface Served {
	/** Rank 0's engine: it answers what takes no slot. */
	readonly engine: Engine;
	readonly model: ServedModel;
	readonly ranks: readonly ServedRank[];
}
