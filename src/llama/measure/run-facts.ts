/** What a request is sampled with where it does not say. Null: as the endpoint has it. */
export interface SamplingFacts {
	/** 0 always takes the likeliest token. */
	readonly temperature: number | null;
	/** Only the likeliest tokens that have this probability together. */
	readonly top_p: number | null;
	/** Only so many of the likeliest tokens; 0 or -1: all. */
	readonly top_k: number | null;
	/** Only tokens at least this likely, against the likeliest. */
	readonly min_p: number | null;
	/** Request i has this plus i. */
	readonly seed: number;
	/** Most tokens of an answer. Null: the rest of the context, or as the endpoint has it. */
	readonly max_tokens: number | null;
}

/** How a job was run: what tells its report from others. */
export interface RunFacts {
	/** When it began, in UTC as ISO 8601 has it. */
	readonly date: string;
	/** The command line as it was typed; what is secret in it is left out. */
	readonly command: string;
	/** Versions of what ran it. */
	readonly versions: {
		/** This package. */
		readonly tsmpi: string;
		/** Node.js. */
		readonly node: string;
	};
	/** What a request is sampled with where it does not say. */
	readonly sampling?: SamplingFacts;
	/** How requests were shared out among the ranks. */
	readonly policy?: string;
}

/** Sampling in words: "temperature 0.8, top_p 0.95, ..., max_tokens the rest of the context". */
export function samplingText(facts: SamplingFacts, backend: string | undefined): string {
	const { seed, max_tokens: maxTokens, ...others } = facts;
	const isEndpoint = backend === "endpoint";
	const known = Object.entries(others).filter(([, value]) => value !== null);
	const limit = maxTokens ?? (isEndpoint ? undefined : "the rest of the context");
	return [
		...known.map(([name, value]) => `${name} ${value}`),
		`seed ${seed}`,
		...(limit === undefined ? [] : [`max_tokens ${limit}`]),
		...(isEndpoint && (known.length < 4 || limit === undefined) ? ["else the endpoint's own"] : []),
	].join(", ");
}
