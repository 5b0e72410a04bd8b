import { useRule } from "./json-rules.ts";
import { mergeSchemas } from "./merge-schemas.ts";
import { literal, oneOf, Rules } from "./rules.ts";
import {
	assertions,
	below,
	checkKeywords,
	isObject,
	KEYWORDS_OF,
	listOf,
	own,
	type Place,
	type Schema,
	wrong,
} from "./schema.ts";
import { arrayRule } from "./schema-array.ts";
import { objectRule } from "./schema-object.ts";
import { numberRule, stringRule } from "./schema-text.ts";

const DEEPEST = 64;
const LARGEST = 5000;

/**
 * A JSON schema as a grammar in GBNF: all texts of the grammar fulfil the schema. The properties of an object come in
 * the schema's order, and "oneOf" is taken for "anyOf".
 *
 * @throws {ArgumentError} ERR_ARG, that names the keyword that cannot be honoured, and its place.
 */
export function schemaGrammar(schema: unknown): string {
	const rules = new Rules();
	const root = rules.reserve("root");
	rules.set(root, new SchemaReader(schema, rules).visit(schema, "#"));
	return rules.toString();
}

class SchemaReader {
	readonly rules: Rules;
	readonly #root: unknown;
	/** The rules of what "$ref" names; a schema may refer to itself. */
	readonly #references = new Map<string, string>();
	#depth = 0;
	#visited = 0;

	constructor(root: unknown, rules: Rules) {
		this.#root = root;
		this.rules = rules;
	}

	readonly visit = (schema: unknown, place: Place): string => {
		this.#depth += 1;
		this.#visited += 1;
		if (this.#depth > DEEPEST) throw wrong(place, "$ref", `leads more than ${DEEPEST} schemas deep`);
		if (this.#visited > LARGEST) throw wrong(place, "anyOf", `is one of more than ${LARGEST} schemas`);
		const rule = this.#ruleOf(schema, place);
		this.#depth -= 1;
		return rule;
	};

	#ruleOf(schema: unknown, place: Place): string {
		if (schema === true) return useRule(this.rules, "value");
		if (!isObject(schema)) {
			throw wrong(place, place.slice(place.lastIndexOf("/") + 1), "must be an object or true");
		}
		checkKeywords(schema, place);
		const asked = assertions(schema);
		if (Object.keys(asked).length === 0) return useRule(this.rules, "value");
		const { $ref, ...rest } = asked;
		if ($ref !== undefined) {
			if (Object.keys(rest).length === 0) return this.#reference($ref, place);
			return this.visit(this.#merge(rest, this.#resolve($ref, place), place), place);
		}
		const all = listOf(asked, "allOf", place);
		if (all !== undefined) {
			const { allOf, ...others } = asked;
			const joined = all.reduce<Schema>((sum, each) => this.#merge(sum, each, place), others);
			return this.visit(joined, place);
		}
		if (Object.hasOwn(asked, "const") || Object.hasOwn(asked, "enum")) return constants(asked, place);
		for (const keyword of ["anyOf", "oneOf"]) {
			const ways = listOf(asked, keyword, place);
			if (ways !== undefined) return this.#alternatives(asked, keyword, ways, place);
		}
		return oneOf(typesOf(asked, place).map((type) => this.#ofType(type, asked, place)));
	}

	#alternatives(schema: Schema, keyword: string, ways: readonly unknown[], place: Place): string {
		const { [keyword]: _, ...base } = schema;
		const open = Object.keys(base).length === 0;
		const rules = ways
			.map((way, index) => [way, below(place, keyword, index)] as const)
			.filter(([way]) => way !== false)
			.map(([way, at]) => this.visit(open ? way : this.#merge(base, way, at), at));
		if (rules.length === 0) throw wrong(place, keyword, "has no alternative");
		return oneOf(rules);
	}

	#ofType(type: unknown, schema: Schema, place: Place): string {
		switch (type) {
			case "object":
				return `(${objectRule(schema, place, this)})`;
			case "array":
				return `(${arrayRule(schema, place, this)})`;
			case "string":
				return `(${stringRule(schema, place, this.rules)})`;
			case "integer":
			case "number":
				return `(${numberRule(schema, type === "integer", place, this.rules)})`;
			case "boolean":
			case "null":
				return useRule(this.rules, type);
			default:
				throw wrong(place, "type", `is ${JSON.stringify(type)}, which is no type`);
		}
	}

	#merge(schema: Schema, other: unknown, place: Place): Schema {
		if (other === true) return schema;
		if (!isObject(other)) throw wrong(place, "allOf", "has something that no value fulfils");
		checkKeywords(other, place);
		const { $ref, ...rest } = other;
		if ($ref === undefined) return mergeSchemas(schema, other, place);
		this.#depth += 1;
		if (this.#depth > DEEPEST) throw wrong(place, "$ref", `leads more than ${DEEPEST} schemas deep`);
		const merged = this.#merge(mergeSchemas(schema, rest, place), this.#resolve($ref, place), place);
		this.#depth -= 1;
		return merged;
	}

	/** The rule of a schema that is named: a schema may hold itself. */
	#reference($ref: unknown, place: Place): string {
		const target = this.#resolve($ref, place);
		const name = `${$ref}`;
		const known = this.#references.get(name);
		if (known !== undefined) return known;
		const rule = this.rules.reserve(name.slice(name.lastIndexOf("/") + 1) || "ref");
		this.#references.set(name, rule);
		this.rules.set(rule, this.visit(target, name));
		return rule;
	}

	#resolve($ref: unknown, place: Place): unknown {
		if (typeof $ref !== "string" || !/^#(\/|$)/.test($ref)) {
			throw wrong(place, "$ref", `is ${JSON.stringify($ref)}: only references within the schema ("#/...")`);
		}
		let target: unknown = this.#root;
		for (const step of $ref.split("/").slice(1)) {
			const key = unescapeStep(step);
			target = typeof target === "object" && target !== null ? own(target as Schema, key) : undefined;
		}
		if (target === undefined) throw wrong(place, "$ref", `is ${JSON.stringify($ref)}, which is not there`);
		return target;
	}
}

function unescapeStep(step: string): string {
	const plain = step.replaceAll("~1", "/").replaceAll("~0", "~");
	try {
		return decodeURIComponent(plain);
	} catch {
		return plain;
	}
}

/** The types that a schema names, or else those that its keywords are for. */
function typesOf(schema: Schema, place: Place): readonly unknown[] {
	const type = own(schema, "type");
	if (type !== undefined) {
		const types: readonly unknown[] = Array.isArray(type) ? type : [type];
		if (types.length === 0) throw wrong(place, "type", "is empty");
		return types;
	}
	const keywords = Object.entries(KEYWORDS_OF);
	return keywords
		.filter(([, own]) => own.some((keyword) => Object.hasOwn(schema, keyword)))
		.map(([name]) => name);
}

/** Values that are given as they are; what stands beside them must be a type. */
function constants(schema: Schema, place: Place): string {
	const { const: constant, enum: _, type, ...others } = schema;
	const other = Object.keys(others)[0];
	if (other !== undefined) throw wrong(place, other, 'is not supported beside "const" or "enum"');
	const listed = listOf(schema, "enum", place);
	const values = Object.hasOwn(schema, "const") ? [constant] : (listed ?? []);
	const texts = values
		.filter((value) => type === undefined || [type].flat().some((each) => isOfType(value, each)))
		.map((value) => JSON.stringify(value));
	const allowed = listed?.map((value) => JSON.stringify(value));
	const left = texts.filter((text) => allowed === undefined || allowed.includes(text));
	if (left.length === 0) throw wrong(place, listed === undefined ? "const" : "enum", "leaves no value");
	return oneOf(left.map(literal));
}

function isOfType(value: unknown, type: unknown): boolean {
	if (type === "integer") return Number.isInteger(value);
	if (type === "null") return value === null;
	if (type === "array") return Array.isArray(value);
	if (type === "object") return isObject(value);
	return typeof value === type;
}
