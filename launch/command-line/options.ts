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

/** The longest time that a timer of Node can wait. */
const LONGEST_MS = 2 ** 31 - 1;

/** Reads tsmpirun's arguments. Throws LaunchError with exit code 2. */
export function readOptions(argv: readonly string[]): Request {
	const typed = readCommandLine(argv);
	const first = typed[0];
	if (first?.options.has("help")) return { do: "help" };
	if (first?.options.has("version")) return { do: "version" };
	const keyFile = first?.options.get("make-key")?.at(-1);
	if (keyFile !== undefined) return { do: "make-key", file: keyFile };
	const has = (name: OptionName) => first?.options.has(name) ?? false;
	const last = (name: OptionName) => first?.options.get(name)?.at(-1);
	const chosen = <T extends string>(name: OptionName, allowed: readonly T[]): T | undefined => {
		const value = last(name);
		if (value === undefined) return undefined;
		const found = allowed.find((word) => word === value);
		if (found === undefined) {
			throw usageError(`Cannot use --${name} ${value}: allowed are ${allowed.join(", ")}`);
		}
		return found;
	};
	const choice = <T extends string>(name: OptionName, allowed: readonly T[], standard: T): T =>
		chosen(name, allowed) ?? standard;
	const doctor = has("doctor");
	if (doctor && first?.program !== undefined) {
		throw usageError(`Cannot run ${first.program} with --doctor: it examines hosts and runs no program`);
	}
	const programs = doctor ? [] : typed.map((program, index) => readProgram(program, index, typed.length));
	if (has("hostfile") && has("host")) {
		throw usageError("Cannot take hosts from both --hostfile and --host: give one of them");
	}
	const mapBy = readMapBy(last("map-by"), last("npernode"));
	const options: Options = {
		programs,
		hostfile: last("hostfile"),
		hosts: last("host") === undefined ? undefined : first?.options.get("host")?.join(","),
		mapBy,
		rankBy: choice("rank-by", ["slot", "node"], mapBy === "node" ? "node" : "slot"),
		oversubscribe: has("oversubscribe"),
		bindTo: choice("bind-to", ["none", "core"], "none"),
		gpusPerRank: readCount("--gpus-per-rank", last("gpus-per-rank")) ?? 1,
		gpuBind: !has("no-gpu-bind"),
		launcher: chosen("launcher", ["local", "ssh", "slurm"]),
		remote: {
			launchAgent: last("launch-agent"),
			sshArgs: last("ssh-args"),
			node: last("remote-node"),
			prefix: last("prefix"),
			connectMs: readSeconds("--connect-timeout", last("connect-timeout"), false) ?? 30_000,
			preload: (first?.options.get("preload") ?? []).flatMap((list) => list.split(",")).filter(Boolean),
			envAll: has("env-all"),
		},
		iface: readInterface(last("iface")),
		insecure: has("insecure"),
		stdin: readStdin(last("stdin")),
		tagOutput: has("tag-output"),
		timestampOutput: has("timestamp-output"),
		outputDir: last("output-dir"),
		displayMap: has("display-map"),
		dryRun: has("dry-run"),
		quiet: has("quiet"),
		verbose: has("verbose"),
		timeoutMs: readSeconds("--timeout", last("timeout"), false),
		onFailure: choice("on-failure", ["abort", "continue"], "abort"),
		graceMs: readSeconds("--grace", last("grace"), true) ?? 3000,
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
	const typedCount = typed.options.get("n")?.at(-1);
	const count = typedCount === undefined ? undefined : Number(typedCount);
	if (count !== undefined && (!Number.isSafeInteger(count) || count < 1 || typedCount?.trim() === "")) {
		throw usageError(`Cannot start ${typedCount} ranks: -n takes a number from 1 up`);
	}
	if (count !== undefined && count > MOST_RANKS) {
		throw usageError(`Cannot start ${typedCount} ranks: at most ${MOST_RANKS} are possible`);
	}
	const variables = (typed.options.get("x") ?? []).map((text) => readVariable(text));
	// Only one program can take "all the slots": with several, each starts one rank unless told otherwise.
	const fallback = programs === 1 ? undefined : 1;
	return {
		count: count ?? fallback,
		variables,
		wdir: typed.options.get("wdir")?.at(-1),
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

function readMapBy(mapBy: string | undefined, perNode: string | undefined): MapBy {
	if (perNode !== undefined) {
		if (mapBy !== undefined) throw usageError("Cannot take both --map-by and --npernode: give one of them");
		return { perNode: readCount("--npernode", perNode) ?? 1 };
	}
	if (mapBy === undefined || mapBy === "slot" || mapBy === "node") return mapBy ?? "slot";
	const number = /^ppr:([1-9]\d{0,3}):node$/.exec(mapBy)?.[1];
	if (number === undefined) {
		throw usageError(`Cannot use --map-by ${mapBy}: allowed are slot, node, and ppr:N:node with N from 1 up`);
	}
	return { perNode: Number(number) };
}

function readCount(option: string, value: string | undefined): number | undefined {
	if (value === undefined) return undefined;
	if (!/^\d+$/.test(value) || Number(value) < 1) {
		throw usageError(`Cannot use ${option} ${value}: it takes a number from 1 up`);
	}
	return Number(value);
}

function readSeconds(option: string, value: string | undefined, zero: boolean): number | undefined {
	if (value === undefined) return undefined;
	const seconds = /^\d*\.?\d+$|^\d+\.$/.test(value) ? Number(value) : Number.NaN;
	if (!Number.isFinite(seconds) || (seconds === 0 && !zero) || seconds * 1000 > LONGEST_MS) {
		const least = zero ? "from 0" : "above 0";
		throw usageError(
			`Cannot use ${option} ${value}: it takes seconds ${least}, up to ${Math.floor(LONGEST_MS / 1000)}`,
		);
	}
	return Math.max(zero ? 0 : 1, Math.round(seconds * 1000));
}

function readInterface(value: string | undefined): string | undefined {
	const bad = value === undefined ? undefined : badSubnet(value);
	if (bad !== undefined) throw usageError(`Cannot use --iface ${value}: ${bad}`);
	return value;
}

function readStdin(value: string | undefined): number | "all" | "none" {
	if (value === undefined) return 0;
	if (value === "all" || value === "none") return value;
	if (!/^\d+$/.test(value)) throw usageError(`Cannot use --stdin ${value}: it takes a rank, all or none`);
	return Number(value);
}
