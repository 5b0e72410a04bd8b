import { JobError } from "../errors.ts";

/** Limits that an answer must keep, in milliseconds, and how many of the requests must keep all of them. */
export interface Slo {
	readonly ttft?: number;
	readonly tpot?: number;
	readonly e2e?: number;
	/** Percent of the requests that must be good. A failed request is not. */
	readonly share: number;
}

/** What one request took, in milliseconds; TTFT is undefined without a token, TPOT with fewer than two. */
export interface Latency {
	readonly e2e: number;
	readonly ttft: number | undefined;
	readonly tpot: number | undefined;
}

const DEFAULT_SHARE = 99;
const LIMITS = ["ttft", "tpot", "e2e"] as const;
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
		if (name !== "share" && !LIMITS.some((limit) => limit === name)) throw mistake(FORM);
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

/** Whether an answer keeps every limit. */
export function keeps(slo: Slo, latency: Latency): boolean {
	return LIMITS.every((name) => (latency[name] ?? 0) <= (slo[name] ?? Number.POSITIVE_INFINITY));
}

/** The limits in words: "TTFT 500 ms, TPOT 50 ms". */
export function describeSlo(slo: Slo): string {
	return LIMITS.flatMap((name) =>
		slo[name] === undefined ? [] : [`${name.toUpperCase()} ${slo[name]} ms`],
	).join(", ");
}
