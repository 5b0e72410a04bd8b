import test from "ava";
import { helpText } from "../../../src/base/options/help.ts";
import type { OptionRow } from "../../../src/base/options/row.ts";

const TABLE: readonly OptionRow[] = [
	{ name: "count", aliases: ["n"], value: "N", group: "Ranks", describe: "how many ranks there are" },
	{ name: "no-binding", group: "Ranks", describe: "bind nothing" },
	{ name: "help", aliases: ["h"], describe: "print this" },
];

test("helpText() lists the table in its groups, and what stands around it", (t) => {
	const text = helpText(TABLE, {
		usage: "Usage: prog [options]",
		examples: [["prog -n 2", "two ranks"]],
		epilogue: "The end.",
	});
	t.regex(text, /^Usage: prog \[options\]\n/);
	t.regex(text, /\nRanks:\n +-n, --count +N: how many ranks there are\n +--no-binding +bind nothing\n/);
	t.regex(text, /\nOptions:\n +-h, --help +print this\n/);
	t.regex(text, /\nExamples:\n +prog -n 2 +two ranks\n/);
	t.regex(text, /\nThe end\.$/);
});

test("helpText() breaks long lines", (t) => {
	const describe = "word ".repeat(60).trim();
	const lines = helpText([{ name: "x", describe }], { usage: "Usage: prog" }).split("\n");
	t.true(lines.length > 4);
	t.true(lines.every((line) => line.length <= 110));
});
