import { describeValue, unknownKey } from "../../base/check-options.ts";
import { JobError } from "../errors.ts";

/** What an option may be; a text says it in an error. */
export interface OptionRule {
	readonly allowed: string;
	readonly test: (value: unknown) => boolean;
}

export const text: OptionRule = { allowed: "a text", test: (value) => typeof value === "string" };

export const yesOrNo: OptionRule = { allowed: "true or false", test: (value) => typeof value === "boolean" };

export const callback: OptionRule = { allowed: "a function", test: (value) => typeof value === "function" };

export const abortSignal: OptionRule = {
	allowed: "an AbortSignal",
	test: (value) => value instanceof AbortSignal,
};

export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): OptionRule {
	const allowed = most === Number.MAX_SAFE_INTEGER ? `from ${least} up` : `from ${least} to ${most}`;
	return {
		allowed: `a whole number ${allowed}`,
		test: (value) => Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most,
	};
}

export function number(least: number, most: number): OptionRule {
	return {
		allowed: `a number from ${least} to ${most}`,
		test: (value) => typeof value === "number" && value >= least && value <= most,
	};
}

export function oneOf(values: readonly string[]): OptionRule {
	return {
		allowed: values.map((value) => JSON.stringify(value)).join(", "),
		test: (value) => values.some((each) => each === value),
	};
}

/**
 * Checks an options object of a library call, for callers without types. An option that is undefined counts as left out.
 *
 * @throws {JobError} of code ERR_USAGE that names the key that is wrong, and what it may be.
 */
export function checkOptions(
	call: string,
	options: object,
	rules: Readonly<Record<string, OptionRule>>,
): void {
	const unknown = unknownKey(options, Object.keys(rules));
	if (unknown !== undefined) throw new JobError(`Cannot call ${call}: ${unknown}`, 2);
	for (const [name, value] of Object.entries(options)) {
		const rule = rules[name];
		if (value === undefined || rule === undefined || rule.test(value)) continue;
		throw new JobError(
			`Cannot call ${call}: option "${name}" is ${describeValue(value)}: it takes ${rule.allowed}`,
			2,
		);
	}
}
