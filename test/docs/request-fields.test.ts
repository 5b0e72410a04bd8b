import { readFileSync } from "node:fs";
import test from "ava";
import { fieldRows } from "../../src/llama/openai/request/fields/field-rows.ts";

test("docs/batch.md has the table of fields as the code has it", (t) => {
	const page = readFileSync(new URL("../../../docs/batch.md", import.meta.url), "utf8");
	const written = /<!-- table request-fields -->\n(.*?)<!-- end -->/s.exec(page)?.[1] ?? "";
	const [head = [], ...rows] = fieldRows();
	const expected = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |\n`);
	t.is(written, expected.join(""), "run node bench/documents.js");
});
