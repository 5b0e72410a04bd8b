import { integerFrom, type Kinds, numberFrom } from "../../base/check-types.ts";
import { SAMPLING_KINDS } from "../engine/check.ts";
import { SAMPLING } from "../engine/request.ts";
import type { Defaults } from "./task.ts";

/** How requests sample that do not say. Every option may be left out. */
export interface SamplingDefaults {
	/** Of requests that do not say; 0 always takes the likeliest token. @default 0.8, or as an endpoint has it */
	readonly temperature?: number | undefined;
	/** Of requests that do not say; see `SamplingOptions`. @default 0.95, or as an endpoint has it */
	readonly topP?: number | undefined;
	/** Of requests that do not say; see `SamplingOptions`. @default 40, or as an endpoint has it */
	readonly topK?: number | undefined;
	/** Of requests that do not say; see `SamplingOptions`. @default 0.05, or as an endpoint has it */
	readonly minP?: number | undefined;
	/** The engines are endpoints: the fields of requests go there as they came, and nothing is filled in. @default false */
	readonly endpoint?: boolean | undefined;
}

/** What the numbers may be, and a seed and a limit with them. */
export const SAMPLING_DEFAULT_KINDS = {
	maxTokens: integerFrom(1),
	temperature: numberFrom(0, 100),
	topP: SAMPLING_KINDS.topP,
	topK: SAMPLING_KINDS.topK,
	minP: SAMPLING_KINDS.minP,
	seed: integerFrom(0, 2 ** 32 - 1),
} satisfies Kinds<
	Omit<SamplingDefaults, "endpoint"> & { readonly maxTokens?: number; readonly seed?: number }
>;

/** llama.cpp's own. What a request leaves open is the same on every engine of ours. */
export const DEFAULT_SAMPLING = { temperature: 0.8, ...SAMPLING };

/** The same with every default filled in; an endpoint fills in its own. */
export function samplingDefaults({
	endpoint = false,
	...given
}: SamplingDefaults): Pick<Defaults, "temperature" | "topP" | "topK" | "minP"> {
	const open = endpoint ? undefined : DEFAULT_SAMPLING;
	return {
		temperature: given.temperature ?? open?.temperature,
		topP: given.topP ?? open?.topP,
		topK: given.topK ?? open?.topK,
		minP: given.minP ?? open?.minP,
	};
}
