import { useRule } from "./json-rules.ts";
import { literal, type Rules } from "./rules.ts";
import { below, countOf, listOf, own, type Place, type Schema, schemasOf, wrong } from "./schema.ts";

/** What the parts of a schema are written with. */
export interface SchemaWriter {
	readonly rules: Rules;
	/** The GBNF of a schema, which can stand anywhere. */
	readonly visit: (schema: unknown, place: Place) => string;
}

/** Objects: the properties in the order of the schema, then what else is allowed. */
export function objectRule(schema: Schema, place: Place, writer: SchemaWriter): string {
	const { rules, visit } = writer;
	const required = requiredNames(schema, place);
	const known = schemasOf(schema, "properties", place);
	const names = new Set(known.map(([name]) => name));
	const unnamed = [...required].filter((name) => !names.has(name)).map((name) => [name, true] as const);
	const members: Member[] = [];
	for (const [name, value] of [...known, ...unnamed]) {
		const must = required.has(name);
		if (value === false && !must) continue;
		const rule = visit(value, below(place, "properties", name));
		members.push({ must, text: `${literal(JSON.stringify(name))} ":" ${useRule(rules, "ws")} ${rule}` });
	}
	const extra = own(schema, "additionalProperties") ?? members.length === 0;
	const bounds = [countOf(schema, "minProperties", place), countOf(schema, "maxProperties", place)] as const;
	if (members.length > 0 && (bounds[0] ?? 0) > required.size) {
		throw wrong(place, "minProperties", 'is not supported beside "properties"');
	}
	if (members.length > 0 && bounds[1] !== undefined && bounds[1] < members.length) {
		throw wrong(place, "maxProperties", 'is not supported beside "properties"');
	}
	const pair =
		extra === false
			? undefined
			: `${otherKey([...names], rules)} ":" ${useRule(rules, "ws")} ${visit(extra, below(place, "additionalProperties"))}`;
	if (pair !== undefined && members.length > 0 && bounds[1] !== undefined) {
		throw wrong(place, "maxProperties", 'is not supported beside "additionalProperties"');
	}
	const ws = useRule(rules, "ws");
	if (members.length === 0) {
		if (pair === undefined) return `"{" ${ws} "}"`;
		return `"{" ${ws} ${listed(pair, bounds[0] ?? 0, bounds[1], rules)} "}"`;
	}
	return `"{" ${ws} ${inOrder(members, pair, place, rules)} "}"`;
}

interface Member {
	readonly must: boolean;
	readonly text: string;
}

/**
 * Members in their order, those that may be left out with it. A rule for each place in the list, of which the one
 * before says whether a comma is due: so the grammar grows no faster than the list.
 */
function inOrder(members: readonly Member[], pair: string | undefined, place: Place, rules: Rules): string {
	const ws = useRule(rules, "ws");
	let rest = pair === undefined ? ws : `("," ${ws} ${pair})* ${ws}`;
	let first = pair === undefined ? '""' : `(${pair} ${rest})?`;
	for (const { must, text } of members.toReversed()) {
		const after = rules.add(`${place}-rest`, rest);
		first = must ? `${text} ${after}` : `(${text} ${after} | ${first})`;
		rest = must ? `"," ${ws} ${text} ${after}` : `("," ${ws} ${text})? ${after}`;
		// Of a required member what could have begun before it does not matter any more.
		if (!must) first = rules.add(`${place}-first`, first);
	}
	return first;
}

/** From `least` to `most` items with commas between them. */
export function listed(item: string, least: number, most: number | undefined, rules: Rules): string {
	const ws = useRule(rules, "ws");
	if (most === 0) return '""';
	const more = rules.repeat(
		`("," ${ws} ${item})`,
		Math.max(0, least - 1),
		most === undefined ? most : most - 1,
	);
	const some = `(${item} ${more} ${ws})`;
	return least === 0 ? `${some}?` : some;
}

function requiredNames(schema: Schema, place: Place): ReadonlySet<string> {
	const names = listOf(schema, "required", place) ?? [];
	if (!names.every((name) => typeof name === "string")) {
		throw wrong(place, "required", "must be a list of texts");
	}
	return new Set(names);
}

interface Branch {
	ends: boolean;
	readonly next: Map<string, Branch>;
}

/** A key that is none of the names. Where it could still become one of them it has no escapes. */
function otherKey(names: readonly string[], rules: Rules): string {
	if (names.length === 0) return useRule(rules, "string");
	const tree: Branch = { ends: false, next: new Map() };
	for (const name of names) {
		let branch = tree;
		for (const character of name) {
			const next = branch.next.get(character) ?? { ends: false, next: new Map() };
			branch.next.set(character, next);
			branch = next;
		}
		branch.ends = true;
	}
	return `"\\"" ${notIn(tree, rules)} "\\""`;
}

function notIn({ ends, next }: Branch, rules: Rules): string {
	const char = useRule(rules, "char");
	const taken = [...next.keys()].map((character) => `\\U${codeOf(character)}`).join("");
	const ways = [...next]
		.filter(([character]) => !/["\\]/.test(character))
		.map(([character, branch]) => `[\\U${codeOf(character)}] ${notIn(branch, rules)}`);
	ways.push(`[^"\\\\\\x7F\\x00-\\x1F${taken}] ${char}*`);
	if (!ends) ways.push('""');
	return rules.add("other-key", ways.join(" | "));
}

function codeOf(character: string): string {
	return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(8, "0");
}
