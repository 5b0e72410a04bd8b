import { assertions, isObject, own, type Place, type Schema, wrong } from "./schema.ts";

/**
 * One schema that asks for what both ask for.
 *
 * @throws {ArgumentError} ERR_ARG: no one schema says that, or none that a grammar can honour.
 */
export function mergeSchemas(one: Schema, other: Schema, place: Place): Schema {
	const merged: Record<string, unknown> = { ...assertions(one) };
	for (const [keyword, value] of Object.entries(assertions(other))) {
		const before = own(merged, keyword);
		merged[keyword] = before === undefined ? value : join(keyword, before, value, place);
	}
	refuseClosed(one, other, place);
	return merged;
}

function join(keyword: string, a: unknown, b: unknown, place: Place): unknown {
	if (JSON.stringify(a) === JSON.stringify(b)) return a;
	if (keyword === "properties" && isObject(a) && isObject(b)) return joinProperties(a, b, place);
	if (keyword === "required" && Array.isArray(a) && Array.isArray(b)) return [...new Set([...a, ...b])];
	if (keyword === "type") return joinTypes([a].flat(), [b].flat(), place);
	if (keyword === "enum" && Array.isArray(a) && Array.isArray(b)) {
		const allowed = new Set(b.map((value) => JSON.stringify(value)));
		return a.filter((value) => allowed.has(JSON.stringify(value)));
	}
	if (keyword === "allOf" && Array.isArray(a) && Array.isArray(b)) return [...a, ...b];
	if (keyword === "additionalProperties") {
		if (a === true) return b;
		if (b === true) return a;
		if (a === false || b === false) return false;
	}
	if (typeof a === "number" && typeof b === "number") {
		if (/^(min|exclusiveMin)/.test(keyword)) return Math.max(a, b);
		if (/^(max|exclusiveMax)/.test(keyword)) return Math.min(a, b);
	}
	throw wrong(place, keyword, "is asked for twice in ways that cannot be joined");
}

function joinProperties(a: Schema, b: Schema, place: Place): Schema {
	const joined = new Map(Object.entries(a));
	for (const [name, schema] of Object.entries(b)) {
		const before = joined.get(name);
		if (before === undefined || before === true) joined.set(name, schema);
		else if (schema !== true) joined.set(name, { allOf: [before, schema] });
	}
	if (joined.has("__proto__")) throw wrong(place, "properties", 'joins schemas of "__proto__"');
	return Object.fromEntries(joined);
}

function joinTypes(a: readonly unknown[], b: readonly unknown[], place: Place): unknown {
	const both = new Set(a.filter((type) => b.includes(type)));
	// Every integer is a number.
	if (a.includes("number") && b.includes("integer")) both.add("integer");
	if (b.includes("number") && a.includes("integer")) both.add("integer");
	if (both.size === 0) throw wrong(place, "type", "leaves no type that all of it allows");
	return [...both];
}

/** What one schema closes the other must not open: its own properties would be forbidden and asked for. */
function refuseClosed(one: Schema, other: Schema, place: Place): void {
	for (const [closed, open] of [
		[one, other],
		[other, one],
	] as const) {
		if (own(closed, "additionalProperties") !== false) continue;
		const known = own(closed, "properties") ?? {};
		const names = Object.keys(own(open, "properties") ?? {});
		const refused = names.find((name) => !Object.hasOwn(known, name));
		if (refused === undefined) continue;
		throw wrong(place, "additionalProperties", `forbids "${refused}", which stands beside it`);
	}
}
