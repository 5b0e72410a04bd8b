import { JobError } from "../errors.ts";
import { SLO_LIMITS, type Slo } from "../measure/slo.ts";

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
