import { closeSync, openSync, readSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { LaunchError } from "../../src/base/errors.ts";
import { findOnPath, isExecutable } from "../../src/base/host/path.ts";
import { wrongModuleKind } from "./module-kind.ts";
import { ownProgram } from "./package-root.ts";

/** How a program is started. */
export interface Command {
	readonly command: string;
	readonly args: readonly string[];
	/** Absolute. */
	readonly cwd: string;
}

const NODE_FILES = [".js", ".mjs", ".cjs"];
const TYPESCRIPT_FILES = [".ts", ".mts"];
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

/**
 * Finds what to start before anything is started, so that a wrong name is one line and not one for each rank.
 * A program given by a path is looked for from the folder that tsmpirun runs in (`from`), then from --wdir; one given
 * by a name on PATH, then among tsmpi's own programs, which need not be on the PATH of every host.
 */
export function resolveProgram(
	program: string,
	args: readonly string[],
	{ from, wdir, path }: { from: string; wdir: string | undefined; path: string | undefined },
): Command {
	const cwd = resolve(from, wdir ?? "");
	if (!statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) {
		const why =
			wdir === undefined
				? "it is the folder that tsmpirun runs in, and this host has none of that name (--wdir names another)"
				: "--wdir needs a folder that exists";
		throw new LaunchError(`Cannot run in ${wdir ?? from}: ${why}`, NOT_EXECUTABLE);
	}
	const extension = extname(program);
	const script = [...NODE_FILES, ...TYPESCRIPT_FILES].includes(extension);
	if (!script && !program.includes("/")) {
		const found = findOnPath(program, path);
		if (found !== undefined) return { command: resolve(from, found), args, cwd };
		const own = ownProgram(program);
		if (own !== undefined) return { command: process.execPath, args: [own, ...args], cwd };
		const here = isExecutable(resolve(from, program))
			? `: to run the one in this folder, write ./${program}`
			: "";
		throw new LaunchError(`Cannot find the program ${program} on PATH${here}`, NOT_FOUND);
	}
	const file = findFile(program, [from, cwd]);
	const wrongKind = extension === ".js" ? wrongModuleKind(file) : undefined;
	if (wrongKind !== undefined) throw new LaunchError(`Cannot run ${program}: ${wrongKind}`, NOT_EXECUTABLE);
	if (NODE_FILES.includes(extension)) return { command: process.execPath, args: [file, ...args], cwd };
	if (script)
		return { command: process.execPath, args: [...typescriptFlags(program, file), file, ...args], cwd };
	if (!isExecutable(file)) {
		throw new LaunchError(`Cannot execute ${program}: it has no execute permission`, NOT_EXECUTABLE);
	}
	checkInterpreter(program, file);
	return { command: file, args, cwd };
}

/** The kernel's own error for a script whose interpreter is missing reads as if the script were. */
function checkInterpreter(program: string, file: string): void {
	const interpreter = /^#![ \t]*(\/[^ \t\n]*)/.exec(firstBytes(file))?.[1];
	if (interpreter === undefined || statSync(interpreter, { throwIfNoEntry: false }) !== undefined) return;
	throw new LaunchError(
		`Cannot execute ${program}: its interpreter ${JSON.stringify(interpreter)} does not exist`,
		NOT_EXECUTABLE,
	);
}

function firstBytes(file: string): string {
	const bytes = Buffer.alloc(256);
	try {
		const fd = openSync(file, "r");
		const length = readSync(fd, bytes);
		closeSync(fd);
		return bytes.toString("latin1", 0, length);
	} catch {
		// A program may be executable without being readable.
		return "";
	}
}

function findFile(program: string, folders: readonly string[]): string {
	for (const file of folders.map((folder) => resolve(folder, program))) {
		const found = statSync(file, { throwIfNoEntry: false });
		if (found?.isDirectory()) {
			throw new LaunchError(`Cannot execute ${program}: it is a folder`, NOT_EXECUTABLE);
		}
		if (found !== undefined) return file;
	}
	throw new LaunchError(`Cannot find the program ${program}`, NOT_FOUND);
}

/** What Node needs to run TypeScript: nothing where it strips types itself, else tsx if the program has it. */
function typescriptFlags(program: string, file: string): string[] {
	if ("typescript" in process.features && process.features.typescript) return [];
	try {
		return ["--import", pathToFileURL(createRequire(file).resolve("tsx")).href];
	} catch {
		throw new LaunchError(
			`Cannot run ${program}: Node ${process.versions.node} does not run TypeScript by itself (22.18 does), and tsx is not installed beside it (npm install tsx)`,
		);
	}
}
