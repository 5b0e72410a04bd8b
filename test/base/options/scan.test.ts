import test from "ava";
import { describeMistake, type Mistake } from "../../../src/base/options/mistake.ts";
import type { OptionRow } from "../../../src/base/options/row.ts";
import { type Syntax, scanOptions } from "../../../src/base/options/scan.ts";

const TABLE: readonly OptionRow[] = [
	{ name: "count", aliases: ["n"], value: "N", attachedDigits: true, describe: "how many" },
	{ name: "args", value: "ARGS", dashesInValue: true, describe: "for another program" },
	{ name: "quiet", aliases: ["q"], describe: "say nothing" },
	{ name: "help", aliases: ["h"], endsScan: true, describe: "print this" },
];

const refuse = (mistake: Mistake) => new Error(describeMistake(mistake));

function scan(style: Syntax["style"], ...argv: string[]): string[] {
	const { given, end } = scanOptions(argv, TABLE, refuse, { style });
	return [...given.map(({ row, value }) => `${row.name}=${value}`), ...argv.slice(end)];
}

for (const [style, argv, expected] of [
	["mpirun", ["-n", "2", "prog", "-q"], ["count=2", "prog", "-q"]],
	["mpirun", ["-count=2", "--q", "-n3", "--", "-prog"], ["count=2", "quiet=", "count=3", "-prog"]],
	["mpirun", ["--count=", "-"], ["count=", "-"]],
	["mpirun", ["--count", "-1", "--count", "a=b"], ["count=-1", "count=a=b"]],
	["gnu", ["--count=2", "-q", "-n", "-1", "--"], ["count=2", "quiet=", "count=-1"]],
	["gnu", ["--args", "--x -y", "--args=--z"], ["args=--x -y", "args=--z"]],
	["gnu", ["-h", "--bogus"], ["help=", "--bogus"]],
] as const) {
	test(`scanOptions() reads ${argv.join(" ")} in the style of ${style}`, (t) => {
		t.deepEqual(scan(style, ...argv), expected);
	});
}

for (const [style, argv, message] of [
	["gnu", ["-quiet"], "Unknown option -quiet: did you mean --quiet?"],
	["gnu", ["--q"], "Unknown option --q: see --help"],
	["gnu", ["-z"], "Unknown option -z: see --help"],
	["gnu", ["--qiuet=x"], "Unknown option --qiuet: did you mean --quiet?"],
	["gnu", ["--quiet=x"], "Cannot use --quiet with a value: it is a switch"],
	["gnu", ["--count", "--quiet"], "Cannot use --count without a value: --count N"],
	["gnu", ["--count="], "Cannot use --count without a value: --count N"],
	["mpirun", ["-n"], "Cannot use --count without a value: --count N"],
	["mpirun", ["-n", "--quiet"], "Cannot use --count without a value: --count N"],
	["gnu", ["prog"], 'Cannot use the argument "prog": all arguments are options; see --help'],
	["gnu", ["--", "prog"], 'Cannot use the argument "prog": all arguments are options; see --help'],
] as const) {
	test(`scanOptions() refuses ${argv.join(" ")} in the style of ${style}`, (t) => {
		t.throws(() => scan(style, ...argv), { message });
	});
}

test("scanOptions() begins where it is told, and gives each word as it was typed", (t) => {
	const { given, end } = scanOptions(["prog", ":", "-n=4", "next"], TABLE, refuse, {
		style: "mpirun",
		from: 2,
	});
	t.deepEqual(
		given.map(({ word }) => word),
		["-n=4"],
	);
	t.is(end, 3);
});
