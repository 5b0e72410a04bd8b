import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT: string = fileURLToPath(new URL("../../../", import.meta.url));

/** Nothing that is started here takes longer. */
export const LIMIT_MS = 240_000;

/** How a process ended. */
export interface Ended {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

/** Runs a program to its end, without what the test's own npm has put into the environment. */
export function run(cwd: string, command: string, ...args: string[]): Promise<Ended> {
	const env = Object.fromEntries(
		Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_V8)/i.test(name)),
	);
	return new Promise((resolve) => {
		const child = execFile(
			command,
			args,
			{ cwd, env, timeout: LIMIT_MS, killSignal: "SIGKILL" },
			(_, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
		);
		child.stdin?.end();
	});
}

/** A folder that goes with the test file. */
export function temporaryFolder(): { folder: string; remove: () => void } {
	const folder = mkdtempSync(join(tmpdir(), "tsmpi-package-"));
	return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Packs the built project; gives the path of the tarball. No script runs: the build is what the tests run from. */
export async function pack(folder: string): Promise<string> {
	const { code, stderr } = await run(ROOT, "npm", "pack", "--ignore-scripts", "--pack-destination", folder);
	const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"));
	if (code !== 0 || tarball === undefined) throw new Error(`Cannot pack: ${stderr}`);
	return join(folder, tarball);
}

/** A package manager: how it installs a file, and how it runs a program of what is installed. */
export interface Manager {
	readonly name: string;
	readonly install: (folder: string, tarball: string) => Promise<Ended>;
	readonly exec: (folder: string, ...words: string[]) => Promise<Ended>;
}

const tool = (...path: string[]): string => join(ROOT, "node_modules", ...path);
const PNPM = tool("pnpm", "bin", "pnpm.cjs");
const YARN = tool("yarn", "bin", "yarn.js");

export const MANAGERS: readonly Manager[] = [
	{
		name: "npm",
		install: (folder, tarball) => run(folder, "npm", "install", "--prefer-offline", tarball),
		exec: (folder, ...words) => run(folder, "npx", "--no-install", ...words),
	},
	{
		name: "pnpm",
		install: (folder, tarball) => run(folder, process.execPath, PNPM, "add", "--prefer-offline", tarball),
		exec: (folder, ...words) => run(folder, process.execPath, PNPM, "exec", ...words),
	},
	{
		name: "yarn",
		install: async (folder, tarball) => {
			// Its cache goes by the version, which is that of the build before.
			await run(folder, process.execPath, YARN, "cache", "clean", "tsmpi");
			return run(
				folder,
				process.execPath,
				YARN,
				"add",
				"--prefer-offline",
				"--non-interactive",
				`file:${tarball}`,
			);
		},
		exec: (folder, ...words) => run(folder, process.execPath, YARN, "--silent", "run", ...words),
	},
];

/** What `npm init -y` makes: a package of CommonJS. */
export function makeProject(folder: string): void {
	mkdirSync(folder, { recursive: true });
	const manifest = { name: "consumer", version: "1.0.0", private: true, type: "commonjs" };
	writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
}

/** Checks TypeScript in a folder with the compiler of this project. */
export function typeCheck(folder: string, ...options: string[]): Promise<Ended> {
	return run(folder, process.execPath, tool("typescript", "bin", "tsc"), ...options);
}
