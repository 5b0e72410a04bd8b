import test from "ava";
import { grammarOf } from "../../../../src/llama/engine/grammar/grammar-of.ts";
import { matcher } from "../../support/grammar.ts";

interface Case {
	readonly schema: unknown;
	readonly yes: readonly (string | object)[];
	readonly no: readonly (string | object)[];
}

const NODE = {
	type: "object",
	properties: { value: { type: "integer" }, next: { anyOf: [{ $ref: "#/$defs/node" }, { type: "null" }] } },
	required: ["value", "next"],
	additionalProperties: false,
};

const CASES: Readonly<Record<string, Case>> = {
	"const and enum": {
		schema: {
			properties: { a: { const: 'x"y' }, b: { enum: [1, null, "z"] } },
			required: ["a", "b"],
			additionalProperties: false,
		},
		yes: [{ a: 'x"y', b: 1 }, { a: 'x"y', b: null }, '{ "a": "x\\"y","b":"z"}'],
		no: [{ a: "x", b: 1 }, { a: 'x"y', b: 2 }, { a: 'x"y' }, { b: 1, a: 'x"y' }, { a: 'x"y', b: 1, c: 1 }],
	},
	"enum with a type": { schema: { type: "string", enum: ["a", 1] }, yes: ['"a"'], no: ["1"] },
	types: {
		schema: { type: ["string", "null", "boolean", "integer"] },
		yes: ['"a b\\n\\u00e9é😀"', "null", "true", "-12", "0"],
		no: ['"a', "1.5", "01", "[]", '"\\ud800"', '"\n"', ""],
	},
	"optional properties keep their order": {
		schema: {
			type: "object",
			properties: { a: { type: "integer" }, b: { type: "integer" }, c: { type: "integer" } },
			required: ["b"],
		},
		yes: [{ a: 1, b: 2, c: 3 }, { b: 2 }, { a: 1, b: 2 }, { b: 2, c: 3 }, '{\n  "b": 2\n}'],
		no: [{}, { a: 1 }, { c: 3, b: 2 }, '{,"b":2}', '{"b":2,}', '{"a":1"b":2}'],
	},
	"all properties optional": {
		schema: { type: "object", properties: { a: { type: "integer" }, b: { type: "integer" } } },
		yes: [{}, { a: 1 }, { b: 1 }, { a: 1, b: 1 }],
		no: [{ b: 1, a: 1 }, { c: 1 }],
	},
	"additionalProperties with a schema": {
		schema: {
			type: "object",
			properties: { ab: { type: "null" }, 'q"': { type: "null" } },
			additionalProperties: { type: "integer" },
		},
		yes: [{}, { ab: null }, { x: 1 }, { ab: null, a: 1, abc: 2, b: 3 }, { "": 1 }, { 'q"': null, y: 1 }],
		no: [{ ab: 1 }, { x: null }, { a: 1, ab: null }],
	},
	"a map": {
		schema: { type: "object", additionalProperties: { type: "boolean" }, minProperties: 1, maxProperties: 2 },
		yes: [{ a: true }, { a: true, b: false }],
		no: [{}, { a: 1 }, { a: true, b: true, c: true }],
	},
	"required without properties": {
		schema: { type: "object", required: ["a"] },
		yes: [{ a: [1, {}] }],
		no: [{}, { b: 1 }],
	},
	"arrays with bounds": {
		schema: { type: "array", items: { type: "integer" }, minItems: 2, maxItems: 3 },
		yes: ["[1,2]", "[ 1, 2, 3]"],
		no: ["[]", "[1]", "[1,2,3,4]", '["a",1]', "[1,2,]"],
	},
	"an array without bounds": {
		schema: { items: { type: "null" } },
		yes: ["[]", "[null]", "[null,null]"],
		no: ["[1]"],
	},
	prefixItems: {
		schema: {
			prefixItems: [{ type: "integer" }, { type: "string" }],
			items: { type: "boolean" },
			maxItems: 3,
		},
		yes: ['[1,"a"]', '[1,"a",true]'],
		no: ['["a",1]', '[1,"a",1]', '[1,"a",true,true]'],
	},
	"the old form of a tuple": {
		schema: { items: [{ type: "integer" }], additionalItems: false },
		yes: ["[1]"],
		no: ["[1,2]"],
	},
	"lengths of text": {
		schema: { type: "string", minLength: 2, maxLength: 3 },
		yes: ['"ab"', '"a\\n😀"'],
		no: ['"a"', '"abcd"'],
	},
	"a long text": {
		schema: { type: "string", minLength: 1500, maxLength: 4000 },
		yes: [
			JSON.stringify("x".repeat(1500)),
			JSON.stringify("x".repeat(2600)),
			JSON.stringify("x".repeat(4000)),
		],
		no: [JSON.stringify("x".repeat(1499)), JSON.stringify("x".repeat(4001))],
	},
	"a pattern": {
		schema: { type: "string", pattern: '^[A-Z]{2}-\\d+("|\\\\)?$' },
		yes: ['"AB-12"', '"AB-1\\""', '"AB-1\\\\"'],
		no: ['"aB-12"', '"AB-"', '"AB-1""', '"xAB-12"'],
	},
	"a pattern without ends": {
		schema: { type: "string", pattern: "b+" },
		yes: ['"abc"', '"b"', '"\\nbb"'],
		no: ['"ac"', '""'],
	},
	date: {
		schema: { type: "string", format: "date" },
		yes: ['"2026-12-31"'],
		no: ['"2026-13-01"', '"2026-02-30"', '"26-1-1"'],
	},
	"date-time": {
		schema: { type: "string", format: "date-time" },
		yes: ['"2026-11-26T10:00:00Z"', '"2026-11-26T10:00:00.5+01:00"'],
		no: ['"2026-11-26"', '"2026-11-26T25:00:00Z"'],
	},
	time: { schema: { type: "string", format: "time" }, yes: ['"10:00:00Z"'], no: ['"10:00"'] },
	uuid: {
		schema: { type: "string", format: "uuid" },
		yes: ['"123e4567-e89b-12d3-a456-426614174000"'],
		no: ['"123"'],
	},
	email: {
		schema: { type: "string", format: "email" },
		yes: ['"a.b@c.example"'],
		no: ['"a@b"', '"a b@c.de"'],
	},
	"integer ranges": {
		schema: { type: "integer", minimum: -12, maximum: 105 },
		yes: ["-12", "-1", "0", "9", "10", "99", "100", "105"],
		no: ["-13", "106", "1000", "00", "-0", "1.0"],
	},
	"an open integer range": {
		schema: { type: "integer", exclusiveMinimum: 17 },
		yes: ["18", "19", "100", "123456"],
		no: ["17", "2", "-20"],
	},
	"numbers between bounds": {
		schema: { type: "number", minimum: 0, maximum: 1 },
		yes: ["0", "0.5", "1", "1.0", "0.001"],
		no: ["1.1", "-0.5", "2", "1e3"],
	},
	"numbers above a bound": {
		schema: { type: "number", exclusiveMinimum: 0 },
		yes: ["0.1", "1", "17.25"],
		no: ["0", "0.0", "-1"],
	},
	"numbers on both sides of zero": {
		schema: { type: "number", minimum: -2, exclusiveMaximum: 3 },
		yes: ["-2", "-1.5", "2.99", "0"],
		no: ["-2.1", "3", "3.0"],
	},
	number: {
		schema: { type: "number" },
		yes: ["1", "-1.5", "1e5", "0.5E-3"],
		no: ["1.", ".5", "1e400", "+1"],
	},
	"anyOf beside what holds for all": {
		schema: {
			type: "object",
			properties: { k: { type: "string" } },
			required: ["k"],
			anyOf: [
				{ properties: { a: { type: "null" } }, required: ["a"] },
				{ properties: { b: { type: "null" } }, required: ["b"] },
			],
		},
		yes: [
			{ k: "x", a: null },
			{ k: "x", b: null },
		],
		no: [{ k: "x" }, { a: null }],
	},
	allOf: {
		schema: {
			allOf: [{ $ref: "#/$defs/a" }, { properties: { b: { type: "integer", minimum: 3 } }, required: ["b"] }],
			$defs: {
				a: { type: "object", properties: { a: { type: "null" }, b: { maximum: 5 } }, required: ["a"] },
			},
		},
		yes: [{ a: null, b: 4 }],
		no: [{ a: null }, { a: null, b: 6 }, { a: null, b: 2 }],
	},
	"$ref that comes back": {
		schema: { $ref: "#/$defs/node", $defs: { node: NODE } },
		yes: [{ value: 1, next: { value: 2, next: null } }],
		no: [{ value: 1 }, { value: 1, next: 5 }],
	},
	"$ref to the root": {
		schema: {
			type: "object",
			properties: { children: { type: "array", items: { $ref: "#" } } },
			required: ["children"],
		},
		yes: [{ children: [{ children: [] }] }],
		no: [{ children: [1] }],
	},
	anything: { schema: {}, yes: [{ a: [1, "b", null, true] }, "5"], no: ["{a:1}", ""] },
	"names that objects have by themselves": {
		schema: JSON.parse(
			'{"type":"object","properties":{"__proto__":{"const":1},"constructor":{"const":2}},"required":["__proto__","constructor"]}',
		),
		yes: ['{"__proto__":1,"constructor":2}'],
		no: ["{}", '{"constructor":2}'],
	},
	annotations: {
		schema: {
			$schema: "x",
			title: "T",
			description: "d",
			type: "string",
			default: "a",
			examples: [],
			"x-order": 1,
			maxLength: 1,
		},
		yes: ['"a"'],
		no: ['"ab"'],
	},
};
for (const [name, { schema, yes, no }] of Object.entries(CASES)) {
	test(`a JSON schema as a grammar: ${name}`, async (t) => {
		const matches = await matcher(grammarOf({ kind: "schema", schema }));
		const text = (value: string | object) => (typeof value === "string" ? value : JSON.stringify(value));
		for (const value of yes) t.true(matches(text(value)), `yes: ${text(value)}`);
		for (const value of no) t.false(matches(text(value)), `no: ${text(value)}`);
	});
}

const MISTAKES: readonly (readonly [unknown, RegExp])[] = [
	[{ properties: { a: { not: {} } } }, /"not" at #\/properties\/a is not supported/],
	[{ type: "array", uniqueItems: true }, /"uniqueItems" at # is not supported/],
	[{ type: "string", format: "hostname" }, /"format" at # is "hostname": only date, /],
	[{ type: "string", pattern: "(?=a)b" }, /"pattern" at # .* look ahead/],
	[{ type: "strin" }, /"type" at # is "strin"/],
	[{ type: "number", minimum: 0.5 }, /"minimum" at # is 0.5/],
	[{ type: "integer", minimum: 5, maximum: 4 }, /leaves no number/],
	[{ $ref: "http://x/y" }, /"\$ref" at # is "http:\/\/x\/y"/],
	[{ $ref: "#/$defs/a" }, /which is not there/],
	[{ $ref: "#" }, /begins with itself/],
	[{ anyOf: [{ $ref: "#" }, { type: "null" }] }, /begins with itself/],
	[{ allOf: [{ $ref: "#" }] }, /schemas deep/],
	[{ properties: { a: 5 } }, /"a" at #\/properties\/a must be an object or true/],
	[{ required: "a" }, /"required" at # must be a list/],
	[{ enum: [] }, /"enum" at # leaves no value/],
	[false, /must be an object or true/],
	[123, /must be an object or true/],
	[{ type: "string", maxLength: 1e9 }, /"maxLength" at # must be at most 10000/],
	[{ patternProperties: {} }, /"patternProperties"/],
	[JSON.parse(`${'{"items":'.repeat(200)}{}${"}".repeat(200)}`), /schemas deep/],
];
for (const [schema, problem] of MISTAKES) {
	test(`a JSON schema that cannot be a grammar: ${JSON.stringify(schema).slice(0, 60)}`, (t) => {
		for (const _ of [1, 2])
			t.throws(() => grammarOf({ kind: "schema", schema }), { code: "ERR_ARG", message: problem });
	});
}

test("a schema nested too deeply for JSON.stringify() is an error, too", (t) => {
	let schema: unknown = {};
	for (let depth = 0; depth < 100_000; depth++) schema = { items: schema };
	t.throws(() => grammarOf({ kind: "schema", schema }), { message: /too deeply/ });
});
