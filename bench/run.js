import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** The project's folder, where every benchmark runs. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/**
 * Runs a command to its end.
 *
 * @param {readonly string[]} command
 * @returns Its standard output; its standard error is passed on.
 */
export async function run([program = "", ...args]) {
	const child = spawn(program, args, { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
	let output = "";
	child.stdout.setEncoding("utf8").on("data", (text) => {
		output += text;
	});
	const [code] = await once(child, "close");
	if (code !== 0) throw new Error(`${program} ${args.join(" ")} exited with code ${code}:\n${output}`);
	return output;
}

/**
 * Runs a command that may fail to its end.
 *
 * @param {readonly string[]} command
 * @returns {Promise<{ code: number | null, stderr: string }>}
 */
export async function attempt([program = "", ...args]) {
	const child = spawn(program, args, { cwd: ROOT, stdio: ["ignore", "ignore", "pipe"] });
	let stderr = "";
	child.stderr.setEncoding("utf8").on("data", (text) => {
		stderr += text;
	});
	const [code] = await once(child, "close");
	return { code, stderr };
}

/** A command of tsmpirun. @param {number} ranks @param {readonly string[]} program */
export function tsmpirun(ranks, program) {
	return [process.execPath, "dist/launch/cli.js", "--oversubscribe", "-np", `${ranks}`, ...program];
}

/** The first figure of each line that begins with a size. @param {string} table @returns {Map<number, number>} */
export function figures(table) {
	const rows = table.matchAll(/^(\d+)\s+([\d.]+)/gm);
	return new Map([...rows].map(([, bytes, figure]) => [Number(bytes), Number(figure)]));
}
