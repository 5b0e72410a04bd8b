import { useRule } from "./json-rules.ts";
import { type Bound, integersBetween, numbersBetween } from "./number-range.ts";
import { regexRule } from "./regex.ts";
import type { Rules } from "./rules.ts";
import { countOf, own, type Place, type Schema, wrong } from "./schema.ts";

/** February has 28 days in every year. */
const DAY =
	"((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))";
const DATE = `[0-9]{4}-${DAY}`;
const TIME = String.raw`([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])`;
const BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";

/** What texts of a format are like: not all that the format allows, but nothing else. */
const FORMATS: ReadonlyMap<string, string> = new Map([
	["date", DATE],
	["time", TIME],
	["date-time", `${DATE}T${TIME}`],
	["uuid", "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"],
	["ipv4", `(${BYTE}\\.){3}${BYTE}`],
	["email", String.raw`[a-zA-Z0-9_%+-]+(\.[a-zA-Z0-9_%+-]+)*@[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)*\.[a-zA-Z]{2,}`],
	[
		"uri",
		String.raw`https?://[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)*(:[0-9]{1,4})?(/[a-zA-Z0-9._~!$&'()*+,;=:@/?-]*)?`,
	],
]);

/** Texts: with a pattern, a format, or bounds of their length. */
export function stringRule(schema: Schema, place: Place, rules: Rules): string {
	const least = countOf(schema, "minLength", place);
	const most = countOf(schema, "maxLength", place);
	const pattern = own(schema, "pattern");
	const format = own(schema, "format");
	const source = pattern ?? (format === undefined ? undefined : formatSource(format, place));
	if (source === undefined) {
		if (least === undefined && most === undefined) return useRule(rules, "string");
		if (most !== undefined && most < (least ?? 0)) throw wrong(place, "maxLength", 'is below "minLength"');
		return `"\\"" ${rules.repeat(useRule(rules, "char"), least ?? 0, most)} "\\""`;
	}
	if (typeof source !== "string") throw wrong(place, "pattern", "must be a text");
	if (pattern !== undefined && format !== undefined) {
		throw wrong(place, "pattern", 'is not supported beside "format"');
	}
	// Of a format the length is known well enough: most schemas give both.
	const bounded =
		least !== undefined && least > 1 ? "minLength" : most === undefined ? undefined : "maxLength";
	if (bounded !== undefined) throw wrong(place, bounded, 'is not supported beside "pattern" or "format"');
	try {
		const around = pattern === undefined ? {} : { around: useRule(rules, "char") };
		return `"\\"" ${regexRule(source, rules, { json: true, ...around })} "\\""`;
	} catch (error) {
		throw wrong(place, "pattern", `is not supported: ${(error as Error).message}`);
	}
}

function formatSource(format: unknown, place: Place): string {
	const source = typeof format === "string" ? FORMATS.get(format) : undefined;
	if (source !== undefined) return source;
	throw wrong(place, "format", `is ${JSON.stringify(format)}: only ${[...FORMATS.keys()].join(", ")}`);
}

/** Numbers, whole or not, between their bounds. */
export function numberRule(schema: Schema, whole: boolean, place: Place, rules: Rules): string {
	const step = own(schema, "multipleOf");
	if (step !== undefined && !(whole && step === 1)) throw wrong(place, "multipleOf", "is not supported");
	const least = boundOf(schema, "minimum", "exclusiveMinimum", 1, place);
	const most = boundOf(schema, "maximum", "exclusiveMaximum", -1, place);
	if (least === undefined && most === undefined) return useRule(rules, whole ? "integer" : "number");
	const found = whole
		? integersBetween(wholeBound(least, 1), wholeBound(most, -1))
		: numbersBetween(wholeOnly(least, "minimum", place), wholeOnly(most, "maximum", place));
	if (found !== undefined) return found;
	throw wrong(place, "minimum", "leaves no number that can be written");
}

/** The narrower of two bounds; older schemas have true for "the other one is exclusive". */
function boundOf(
	schema: Schema,
	keyword: string,
	exclusiveKeyword: string,
	direction: 1 | -1,
	place: Place,
): Bound | undefined {
	const [at, beyond] = [own(schema, keyword), own(schema, exclusiveKeyword)];
	for (const [name, value] of [
		[keyword, at],
		[exclusiveKeyword, beyond],
	] as const) {
		const allowed =
			value === undefined || Number.isFinite(value) || (name !== keyword && typeof value === "boolean");
		if (!allowed) throw wrong(place, name, "must be a number");
	}
	if (typeof beyond !== "number") {
		return at === undefined ? undefined : { value: at as number, exclusive: beyond === true };
	}
	const nearer = at === undefined || (beyond - (at as number)) * direction >= 0;
	return nearer ? { value: beyond, exclusive: true } : { value: at as number, exclusive: false };
}

function wholeBound(bound: Bound | undefined, direction: 1 | -1): number | undefined {
	if (bound === undefined) return undefined;
	const inside = direction === 1 ? Math.ceil(bound.value) : Math.floor(bound.value);
	return bound.exclusive && inside === bound.value ? inside + direction : inside;
}

function wholeOnly(bound: Bound | undefined, keyword: string, place: Place): Bound | undefined {
	if (bound === undefined || Number.isSafeInteger(bound.value)) return bound;
	throw wrong(place, keyword, `is ${bound.value}: of a "number" only a whole bound is supported`);
}
