// From the start of tsmpirun to the first token of examples/llama_sched.js, step by step, for this folder and for others
// against it: bench/startup.js prints it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./run.js";
import { median } from "./table.js";

const RANKS = 2;
const STEPS = [
	"launcher up",
	"rank's node up",
	"imports done",
	"init done",
	"engine host up",
	"library loaded",
	"model loaded",
	"engines started",
	"first token",
	"report printed",
];
const MARKS = join(ROOT, "bench", "first-token-marks.cjs");

/** The lines of the program behind which a step is reached. */
const PLACES = /** @type {const} */ ([
	[/^import .*?from "tsmpi\/llama";$/ms, "imports done"],
	[/^const mpi = await init\(\);$/m, "init done"],
	[/await .*startEngines\(.*\);$/m, "engines started"],
]);

/** The example of a folder with its steps marked, and the folder as what it imports. @param {string} root @param {string} folder */
function marked(root, folder) {
	let text = readFileSync(join(root, "examples", "llama_sched.js"), "utf8");
	for (const [place, step] of PLACES) {
		if (!place.test(text)) throw new Error(`Cannot find ${place} in examples/llama_sched.js of ${root}`);
		text = text.replace(place, (line) => `${line}\nmark("${step}");`);
	}
	mkdirSync(join(folder, "node_modules"), { recursive: true });
	symlinkSync(root, join(folder, "node_modules", "tsmpi"));
	const program = join(folder, "llama_sched.js");
	writeFileSync(program, text);
	return program;
}

/** One job: milliseconds from its start until the last rank was at each step. @param {string} root @param {string} program */
async function run(root, program) {
	const marks = `${program}.marks`;
	writeFileSync(marks, "");
	const begin = performance.timeOrigin + performance.now();
	const args = [join(root, "dist/launch/cli.js"), "-np", `${RANKS}`, program, "--engine", "node-llama-cpp"];
	const child = spawn(process.execPath, args, {
		env: { ...process.env, NODE_OPTIONS: `--require ${MARKS}`, MARKS: marks },
		stdio: ["ignore", "pipe", "pipe"],
	});
	let errors = "";
	child.stderr.setEncoding("utf8").on("data", (text) => {
		errors += text;
	});
	let last = begin;
	child.stdout.on("data", () => {
		last = performance.timeOrigin + performance.now();
	});
	const [code] = await once(child, "close");
	if (code !== 0) throw new Error(`A job of ${root} exited with code ${code}:\n${errors}`);
	const ends = new Map([["report printed", last - begin]]);
	for (const [, name = "", time] of readFileSync(marks, "utf8").matchAll(/^(.*) ([\d.]+)$/gm)) {
		ends.set(name, Math.max(ends.get(name) ?? 0, Number(time) - begin));
	}
	return STEPS.map((step) => {
		const end = ends.get(step);
		if (end === undefined) throw new Error(`A job of ${root} has not marked "${step}"`);
		return end;
	});
}

/** @param {string} step @param {readonly string[]} cells */
function printRow(step, cells) {
	console.log(step.padEnd(18) + cells.map((cell) => cell.padStart(14)).join(""));
}

/**
 * Prints the steps of this folder's job, and those of other folders' jobs, which run in turns with it.
 *
 * @param {readonly string[]} others Folders with other commits, built.
 * @param {number} rounds
 */
export async function printFirstToken(others, rounds) {
	const roots = [ROOT, ...others];
	const folder = mkdtempSync(join(tmpdir(), "first-token-"));
	try {
		const programs = roots.map((root, i) => marked(root, join(folder, `${i}`)));
		/** @type {number[][][]} */
		const runs = roots.map(() => []);
		for (let round = 0; round <= rounds; round++) {
			for (const [i, root] of roots.entries()) {
				const steps = await run(root, programs[i] ?? "");
				// The first round fills the file cache, and may make the demo model.
				if (round > 0) runs[i]?.push(steps);
			}
		}
		const heads = others.flatMap((root) => [root.slice(-13), "ratio"]);
		printRow("step", ["here, ms", ...heads]);
		for (const [i, step] of STEPS.entries()) {
			const [own = 0, ...rest] = runs.map((steps) => median(steps.map((all) => all[i] ?? 0)));
			printRow(step, [
				own.toFixed(0),
				...rest.flatMap((other) => [other.toFixed(0), (own / other).toFixed(2)]),
			]);
		}
	} finally {
		rmSync(folder, { recursive: true });
	}
}
