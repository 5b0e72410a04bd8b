import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { wrongModuleKind } from "../../../launch/machine/module-kind.ts";
import { workplace } from "../../support/workplace.ts";

for (const [title, type, text, refused] of [
	["an import", "commonjs", 'import { init } from "tsmpi";\nawait init();\n', true],
	[
		"an import behind a comment and an interpreter",
		"commonjs",
		'#!/usr/bin/env node\n// x\nimport "tsmpi";\n',
		true,
	],
	["an export", "commonjs", "export const a = 1;\n", true],
	["a require", "commonjs", 'const { init } = require("tsmpi");\n', false],
	["a dynamic import", "commonjs", 'import("tsmpi").then(() => {});\n', false],
	["the word in a text", "commonjs", 'const text = `\nimport { init } from "tsmpi";\n`;\n', false],
	["a script that is broken in another way", "commonjs", 'import("tsmpi";\n', false],
	["an import", "module", 'import { init } from "tsmpi";\n', false],
	["an import", undefined, 'import { init } from "tsmpi";\n', false],
] as const) {
	test(`wrongModuleKind() ${refused ? "refuses" : "leaves"} ${title} where the type is ${type}`, (t) => {
		const { folder } = workplace(t);
		writeFileSync(join(folder, "package.json"), JSON.stringify({ type }));
		const file = join(folder, "hello.js");
		writeFileSync(file, text);
		const expected = `it is an ES module, but ${join(folder, "package.json")} says "type": "commonjs"; rename it to hello.mjs, or write "type": "module" there`;
		t.is(wrongModuleKind(file), refused ? expected : undefined);
	});
}
