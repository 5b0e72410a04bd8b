import type { OptionValues } from "../../src/base/options/values.ts";
import { badSubnet } from "../../src/network/addresses.ts";
import type { MapBy } from "../map/map.ts";
import { readCommandLine, type TypedProgram, usageError } from "./command-line.ts";
import type { OptionName } from "./option-table.ts";

/** One program of the job: how many ranks run it, and how. */
export interface ProgramOptions {
	/** Ranks; undefined: as many as there are slots. */
	readonly count: number | undefined;
	/** -x: name, and value if one was given. */
	readonly variables: readonly (readonly [string, string | undefined])[];
	readonly wdir: string | undefined;
	readonly program: string;
	readonly args: readonly string[];
}

/** What the command line asks for. */
export interface Options {
	readonly programs: readonly ProgramOptions[];
	readonly hostfile: string | undefined;
	readonly hosts: string | undefined;
	readonly mapBy: MapBy;
	readonly rankBy: "slot" | "node";
	readonly oversubscribe: boolean;
	readonly bindTo: "none" | "core";
	readonly gpusPerRank: number;
	readonly gpuBind: boolean;
	/** undefined: ssh, where another host takes part. */
	readonly launcher: "local" | "ssh" | "slurm" | undefined;
	readonly remote: RemoteOptions;
	/** Interface or subnet by which hosts reach each other. */
	readonly iface: string | undefined;
	readonly insecure: boolean;
	readonly stdin: number | "all" | "none";
	readonly tagOutput: boolean;
	readonly timestampOutput: boolean;
	readonly outputDir: string | undefined;
	readonly displayMap: boolean;
	readonly dryRun: boolean;
	readonly quiet: boolean;
	readonly verbose: boolean;
	readonly timeoutMs: number | undefined;
	readonly onFailure: "abort" | "continue";
	readonly graceMs: number;
}

/** How other hosts are reached, and what is there. */
export interface RemoteOptions {
	/** A command to use instead of ssh. */
	readonly launchAgent: string | undefined;
	readonly sshArgs: string | undefined;
	/** Path of node there. */
	readonly node: string | undefined;
	/** tsmpi's folder there. */
	readonly prefix: string | undefined;
	readonly connectMs: number;
	/** Files that are copied to the hosts. */
	readonly preload: readonly string[];
	/** All variables are given to the ranks, not only those of certain names. */
	readonly envAll: boolean;
}

/** What tsmpirun is asked to do. */
export type Request =
	| { readonly do: "help" | "version" }
	| { readonly do: "make-key"; readonly file: string }
	| { readonly do: "run" | "doctor"; readonly options: Options };

/** Reads tsmpirun's arguments. Throws LaunchError with exit code 2. */
export function readOptions(argv: readonly string[]): Request {
	const typed = readCommandLine(argv);
	const [first] = typed;
	const { options: given } = first;
	if (given.has("help")) return { do: "help" };
	if (given.has("version")) return { do: "version" };
	const keyFile = given.text("make-key");
	if (keyFile !== undefined) return { do: "make-key", file: keyFile };
	const doctor = given.has("doctor");
	if (doctor && first.program !== undefined) {
		throw usageError(`Cannot run ${first.program} with --doctor: it examines hosts and runs no program`);
	}
	if (given.has("hostfile") && given.has("host")) {
		throw usageError("Cannot take hosts from both --hostfile and --host: give one of them");
	}
	const mapBy = readMapBy(given);
	const options: Options = {
		hostfile: given.text("hostfile"),
		hosts: given.has("host") ? given.all("host").join(",") : undefined,
		mapBy,
		rankBy: given.choice("rank-by", ["slot", "node"]) ?? (mapBy === "node" ? "node" : "slot"),
		oversubscribe: given.has("oversubscribe"),
		bindTo: given.choice("bind-to", ["none", "core"]) ?? "none",
		gpusPerRank: readCount(given, "gpus-per-rank") ?? 1,
		gpuBind: !given.has("no-gpu-bind"),
		launcher: given.choice("launcher", ["local", "ssh", "slurm"]),
		remote: {
			launchAgent: given.text("launch-agent"),
			sshArgs: given.text("ssh-args"),
			node: given.text("remote-node"),
			prefix: given.text("prefix"),
			connectMs: given.milliseconds("connect-timeout") ?? 30_000,
			preload: given
				.all("preload")
				.flatMap((list) => list.split(","))
				.filter(Boolean),
			envAll: given.has("env-all"),
		},
		iface: readInterface(given.text("iface")),
		insecure: given.has("insecure"),
		stdin: given.parsed("stdin", "a rank, all or none", parseReader) ?? 0,
		tagOutput: given.has("tag-output"),
		timestampOutput: given.has("timestamp-output"),
		outputDir: given.text("output-dir"),
		displayMap: given.has("display-map"),
		dryRun: given.has("dry-run"),
		quiet: given.has("quiet"),
		verbose: given.has("verbose"),
		timeoutMs: given.milliseconds("timeout"),
		onFailure: given.choice("on-failure", ["abort", "continue"]) ?? "abort",
		graceMs: given.milliseconds("grace", { zero: true }) ?? 3000,
		// Last: where an option has taken the program for its value, that is what to say.
		programs: doctor ? [] : typed.map((program, index) => readProgram(program, index, typed.length)),
	};
	return { do: doctor ? "doctor" : "run", options };
}

/** Beyond this the system's own limits end it in less clear ways: each rank is a process with three pipes. */
const MOST_RANKS = 4096;

function readProgram(typed: TypedProgram, index: number, programs: number): ProgramOptions {
	const { program } = typed;
	if (program === undefined || program === "") {
		const where = programs === 1 ? "" : ` number ${index + 1}`;
		throw usageError(`No program${where} to run: usage is tsmpirun [options] program [arguments]`);
	}
	const typedCount = typed.options.text("n");
	const count = typedCount === undefined ? undefined : Number(typedCount);
	if (count !== undefined && (!Number.isSafeInteger(count) || count < 1 || typedCount?.trim() === "")) {
		throw usageError(`Cannot start ${typedCount} ranks: -n takes a number from 1 up`);
	}
	if (count !== undefined && count > MOST_RANKS) {
		throw usageError(`Cannot start ${typedCount} ranks: at most ${MOST_RANKS} are possible`);
	}
	const variables = typed.options.all("x").map(readVariable);
	// Only one program can take "all the slots": with several, each starts one rank unless told otherwise.
	const fallback = programs === 1 ? undefined : 1;
	return {
		count: count ?? fallback,
		variables,
		wdir: typed.options.text("wdir"),
		program,
		args: typed.args,
	};
}

function readVariable(text: string): readonly [string, string | undefined] {
	const equals = text.indexOf("=");
	const name = equals < 0 ? text : text.slice(0, equals);
	if (name === "") throw usageError(`Cannot set the variable "${text}": -x takes NAME or NAME=VALUE`);
	return [name, equals < 0 ? undefined : text.slice(equals + 1)];
}

function readMapBy(given: OptionValues<OptionName>): MapBy {
	const mapBy = given.text("map-by");
	const perNode = readCount(given, "npernode");
	if (perNode !== undefined) {
		if (mapBy !== undefined) throw usageError("Cannot take both --map-by and --npernode: give one of them");
		return { perNode };
	}
	if (mapBy === undefined || mapBy === "slot" || mapBy === "node") return mapBy ?? "slot";
	const number = /^ppr:([1-9]\d{0,3}):node$/.exec(mapBy)?.[1];
	if (number === undefined) {
		throw usageError(`Cannot use --map-by ${mapBy}: allowed are slot, node, and ppr:N:node with N from 1 up`);
	}
	return { perNode: Number(number) };
}

function readCount(given: OptionValues<OptionName>, name: OptionName): number | undefined {
	return given.parsed(name, "a number from 1 up", (text) =>
		/^\d+$/.test(text) && Number(text) >= 1 ? Number(text) : undefined,
	);
}

function readInterface(value: string | undefined): string | undefined {
	const bad = value === undefined ? undefined : badSubnet(value);
	if (bad !== undefined) throw usageError(`Cannot use --iface ${value}: ${bad}`);
	return value;
}

/** Who reads standard input. */
function parseReader(text: string): number | "all" | "none" | undefined {
	if (text === "all" || text === "none") return text;
	return /^\d+$/.test(text) ? Number(text) : undefined;
}
