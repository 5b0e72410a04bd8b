import { useRule } from "./json-rules.ts";
import { below, countOf, listOf, own, type Place, type Schema, wrong } from "./schema.ts";
import { listed, type SchemaWriter } from "./schema-object.ts";

/** Lists: the items that have a schema each, then the others. */
export function arrayRule(schema: Schema, place: Place, { rules, visit }: SchemaWriter): string {
	if (own(schema, "uniqueItems") === true) throw wrong(place, "uniqueItems", "is not supported");
	const ws = useRule(rules, "ws");
	const { first, rest, keyword } = partsOf(schema, place);
	const least = countOf(schema, "minItems", place) ?? 0;
	const most = countOf(schema, "maxItems", place);
	if (most !== undefined && most < least) throw wrong(place, "maxItems", 'is below "minItems"');
	if (first.length === 0) {
		if (rest === false) {
			if (least > 0) throw wrong(place, "minItems", "asks for items that the schema forbids");
			return `"[" ${ws} "]"`;
		}
		const item = visit(rest ?? true, below(place, keyword));
		return `"[" ${ws} ${listed(item, least, most, rules)} "]"`;
	}
	const given = first.slice(0, most).map((item, index) => visit(item, below(place, "prefixItems", index)));
	const more = Math.max(0, least - given.length);
	const room = most === undefined ? undefined : most - given.length;
	let tail = "";
	if (rest !== undefined && rest !== false) {
		tail = rules.repeat(`("," ${ws} ${visit(rest, below(place, keyword))})`, more, room);
	} else if (more > 0) {
		if (rest === false) throw wrong(place, "minItems", "asks for items that the schema forbids");
		tail = rules.repeat(`("," ${ws} ${useRule(rules, "value")})`, more, more);
	}
	return `"[" ${ws} ${given.join(` "," ${ws} `)} ${tail} ${ws} "]"`;
}

/** The items in their places, and the schema of those behind; older schemas have both under other names. */
function partsOf(schema: Schema, place: Place) {
	const items = own(schema, "items");
	if (Array.isArray(items)) {
		return { first: items, rest: own(schema, "additionalItems"), keyword: "additionalItems" };
	}
	return { first: listOf(schema, "prefixItems", place) ?? [], rest: items, keyword: "items" };
}
