import test from "ava";
import { splitArguments, usageError } from "../../../launch/command-line/command-line.ts";
import { type Options, readOptions } from "../../../launch/command-line/options.ts";

function options(...argv: string[]): Options {
	const request = readOptions(argv);
	if (request.do !== "run") throw usageError(`${request.do} was asked for`);
	return request.options;
}

for (const spelling of [
	["-n", "4"],
	["-np", "4"],
	["-c", "4"],
	["-np=4"],
	["--np", "4"],
	["--n=4"],
	["-n4"],
]) {
	test(`readOptions() takes ${spelling.join(" ")} as four ranks`, (t) => {
		t.is(options(...spelling, "prog.js").programs[0]?.count, 4);
	});
}

test("readOptions() takes MPI users' long options with one dash", (t) => {
	const read = options("-hostfile", "F", "-wdir=/x", "-oversubscribe", "-tag-output", "prog");
	t.is(read.hostfile, "F");
	t.is(read.programs[0]?.wdir, "/x");
	t.true(read.oversubscribe);
	t.true(read.tagOutput);
	t.is(options("-machinefile", "G", "prog").hostfile, "G");
	t.is(options("-host", "a", "-H", "b:2", "prog").hosts, "a,b:2");
});

test("readOptions() leaves the program's own options to the program", (t) => {
	const program = options("-n", "2", "prog.js", "-n", "7", "--help", "--", "x").programs[0];
	t.is(program?.count, 2);
	t.is(program?.program, "prog.js");
	t.deepEqual(program?.args, ["-n", "7", "--help", "--", "x"]);
	t.is(options("--", "-odd-name").programs[0]?.program, "-odd-name");
});

test("readOptions() splits programs at a colon", (t) => {
	const { programs } = options(
		"-n",
		"1",
		"-x",
		"A=1",
		"head",
		"a",
		":",
		"-n",
		"3",
		"--wdir",
		"/w",
		"worker",
		":",
		"one",
	);
	t.deepEqual(
		programs.map(({ count, program, args, wdir }) => [count, program, args, wdir]),
		[
			[1, "head", ["a"], undefined],
			[3, "worker", [], "/w"],
			[1, "one", [], undefined],
		],
	);
	t.deepEqual(
		programs.map(({ variables }) => variables),
		[[["A", "1"]], [], []],
	);
});

test("readOptions() reads values", (t) => {
	const read = options(
		...["--timeout", "0.25", "--grace", "0", "--stdin", "all", "--map-by", "node", "--bind-to", "core"],
		...[
			"--on-failure",
			"continue",
			"--gpus-per-rank",
			"2",
			"--no-gpu-bind",
			"-x",
			"A",
			"-x",
			"B=1=2",
			"prog",
		],
	);
	t.is(read.timeoutMs, 250);
	t.is(read.graceMs, 0);
	t.is(read.stdin, "all");
	t.is(read.mapBy, "node");
	t.is(read.bindTo, "core");
	t.is(read.onFailure, "continue");
	t.is(read.gpusPerRank, 2);
	t.false(read.gpuBind);
	t.deepEqual(read.programs[0]?.variables, [
		["A", undefined],
		["B", "1=2"],
	]);
	t.is(options("--ssh-args", "--x -y", "prog").remote.sshArgs, "--x -y");
	t.is(options("--ssh-args", "", "prog").remote.sshArgs, "");
	t.is(options("prog").stdin, 0);
	t.is(options("--stdin", "3", "prog").stdin, 3);
});

test("readOptions() reads how ranks are mapped and numbered", (t) => {
	const mapped = (...words: string[]) => {
		const { mapBy, rankBy } = options(...words, "prog");
		return [mapBy, rankBy];
	};
	t.deepEqual(mapped(), ["slot", "slot"]);
	t.deepEqual(mapped("--map-by", "node"), ["node", "node"]);
	t.deepEqual(mapped("--map-by", "node", "--rank-by", "slot"), ["node", "slot"]);
	t.deepEqual(mapped("-map-by", "ppr:4:node"), [{ perNode: 4 }, "slot"]);
	t.deepEqual(mapped("-ppn", "3", "-rank-by", "node"), [{ perNode: 3 }, "node"]);
	t.deepEqual(mapped("-N", "2"), mapped("-npernode", "2"));
});

test("readOptions() finds --help and --version before a program is missed", (t) => {
	t.deepEqual(readOptions(["--help"]), { do: "help" });
	t.deepEqual(readOptions(["-h"]), { do: "help" });
	t.deepEqual(readOptions(["-V"]), { do: "version" });
});

const MISTAKES: readonly (readonly [string, readonly string[], RegExp])[] = [
	["no program", [], /^No program to run/],
	["no program after the options", ["-n", "2"], /^No program to run/],
	["no program behind a colon", ["a", ":"], /^No program number 2/],
	["no ranks", ["-n", "0", "a"], /^Cannot start 0 ranks: -n takes a number from 1 up$/],
	["negative ranks", ["-n", "-1", "a"], /^Cannot start -1 ranks/],
	["half a rank", ["-np", "1.5", "a"], /^Cannot start 1.5 ranks/],
	["an empty count", ["-np=", "a"], /^Cannot start {2}ranks/],
	["a count in words", ["-np", "two", "a"], /^Cannot start two ranks/],
	["an option without its value", ["--timeout"], /^Cannot read --timeout: it needs a value, SECONDS$/],
	["a switch with a value", ["--quiet=yes", "a"], /^Cannot take a value for --quiet=yes/],
	["a misspelt option", ["--hostfil", "x", "a"], /^Unknown option --hostfil: did you mean --hostfile\?$/],
	["two letters swapped", ["--tiemout=3", "a"], /^Unknown option --tiemout: did you mean --timeout\?$/],
	["an option like no other", ["--mca", "x", "a"], /^Unknown option --mca: tsmpirun --help lists all$/],
	["no time at all", ["--timeout", "0", "a"], /^Cannot use --timeout 0: it takes seconds above 0/],
	["a time in words", ["--timeout", "1m", "a"], /^Cannot use --timeout 1m/],
	[
		"an unknown choice",
		["--map-by", "core", "a"],
		/^Cannot use --map-by core: allowed are slot, node, and ppr/,
	],
	[
		"no rank on each host",
		["--map-by", "ppr:0:node", "a"],
		/^Cannot use --map-by ppr:0:node: allowed are slot/,
	],
	["two ways to map", ["--ppn", "2", "--map-by", "slot", "a"], /^Cannot take both --map-by and --npernode/],
	["a stdin of nobody", ["--stdin", "some", "a"], /^Cannot use --stdin some: it takes a rank, all or none$/],
	["a variable without a name", ["-x", "=1", "a"], /^Cannot set the variable "=1"/],
	[
		"an option in place of a value",
		["--timeout", "--quiet", "a"],
		/^Cannot read --timeout: it needs a value/,
	],
	["a single unknown letter", ["-z", "a"], /^Unknown option -z: tsmpirun --help lists all$/],
	["two sources of hosts", ["-H", "a", "--hostfile", "f", "a"], /^Cannot take hosts from both/],
	["a job's option behind a colon", ["a", ":", "--timeout", "3", "b"], /^Cannot take --timeout after ":"/],
];
for (const [title, argv, message] of MISTAKES) {
	test(`readOptions() refuses ${title} with exit code 2`, (t) => {
		const error = t.throws(() => readOptions(argv), { message });
		t.like(error, { exitCode: 2 });
	});
}

test("splitArguments() refuses a quote that is not closed", (t) => {
	const error = t.throws(() => splitArguments("-o 'x", "--ssh-args"));
	t.is(error?.message, "Cannot read --ssh-args -o 'x: a quote is not closed");
	t.like(error, { exitCode: 2 });
});
