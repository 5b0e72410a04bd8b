import { type Kind, numberFrom, optionsOf } from "../../base/check-types.ts";
import { JobError } from "../errors.ts";

/** Limits that an answer must keep, in milliseconds, and how many of the requests must keep all of them. */
export interface Slo {
	/** Most milliseconds to the first token. @default no limit */
	readonly ttft?: number;
	/** Most milliseconds per further token. @default no limit */
	readonly tpot?: number;
	/** Most milliseconds to the end. @default no limit */
	readonly e2e?: number;
	/** Percent of the requests that must keep all limits. A failed request keeps none. */
	readonly share: number;
}

const ABOVE_0: Kind = {
	words: "a number above 0",
	accepts: (value) => typeof value === "number" && value > 0,
};

/** What limits may be. */
export const SLO: Kind = optionsOf<Slo>(
	"limits in milliseconds such as { ttft: 500, tpot: 50, e2e: 5000, share: 99 }",
	{ ttft: ABOVE_0, tpot: ABOVE_0, e2e: ABOVE_0, share: numberFrom(0, 100) },
	["share"],
);

/** What one request took, in milliseconds; TTFT is undefined without a token, TPOT with fewer than two. */
export interface Latency {
	/** From the start to the end. */
	readonly e2e: number;
	/** From the start to the first token. */
	readonly ttft: number | undefined;
	/** Mean time per token after the first. */
	readonly tpot: number | undefined;
}

/** What can be limited. */
export const SLO_LIMITS = ["ttft", "tpot", "e2e"] as const;

/** Whether an answer keeps every limit. */
export function keeps(slo: Slo, latency: Latency): boolean {
	return SLO_LIMITS.every((name) => (latency[name] ?? 0) <= (slo[name] ?? Number.POSITIVE_INFINITY));
}

/** The limits in words: "TTFT 500 ms, TPOT 50 ms". */
export function sloText(slo: Slo): string {
	return SLO_LIMITS.flatMap((name) =>
		slo[name] === undefined ? [] : [`${name.toUpperCase()} ${slo[name]} ms`],
	).join(", ");
}

const DEFAULT_SHARE = 99;
const FORM = "it takes ttft=MS, tpot=MS, e2e=MS and share=PERCENT, parted by commas, as in ttft=500,tpot=50";

/**
 * Reads limits such as "ttft=500,tpot=50,e2e=5000,share=95".
 *
 * @throws {JobError} with exit code 2.
 */
export function parseSlo(text: string): Slo {
	const mistake = (why: string) => new JobError(`Cannot use --slo ${text}: ${why}`, 2);
	const values = new Map<string, number>();
	for (const part of text.split(",")) {
		const [name = "", value = ""] = part.split("=").map((each) => each.trim());
		if (name !== "share" && !SLO_LIMITS.some((limit) => limit === name)) throw mistake(FORM);
		if (values.has(name)) throw mistake(`${name} is there twice`);
		const number = Number(value);
		if (value === "" || !(number > 0) || number === Number.POSITIVE_INFINITY) {
			throw mistake(`${name} needs a number above 0`);
		}
		values.set(name, number);
	}
	const share = values.get("share") ?? DEFAULT_SHARE;
	if (share > 100) throw mistake("share is a percentage, at most 100");
	values.delete("share");
	if (values.size === 0) throw mistake(FORM);
	return { ...Object.fromEntries(values), share };
}
