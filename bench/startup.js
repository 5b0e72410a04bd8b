// Time to start and end a job: examples/hello.js on 2, 8 and 32 ranks, against the same number of bare Node processes
// started at once, and (2 ranks) against two that load zeromq, in the same run; then the way to the first token of
// examples/llama_sched.js, step by step:
//   node bench/startup.js
//   node bench/startup.js ../old      also against the jobs of another commit, built in that folder, in turns
import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { printFirstToken } from "./first-token.js";
import { ROOT } from "./run.js";
import { median, row } from "./table.js";

const ROUNDS = 5;
const TOKEN_ROUNDS = 9;

/** Milliseconds until all of these Node processes, started at once, have ended. @param {string[][]} commands */
async function time(commands) {
	const begin = performance.now();
	const ends = commands.map(async (args) => {
		const child = spawn(process.execPath, args, { cwd: ROOT, stdio: "ignore" });
		const [code] = await once(child, "exit");
		if (code !== 0) throw new Error(`node ${args.join(" ")} exited with code ${code}`);
	});
	await Promise.all(ends);
	return performance.now() - begin;
}

/** @param {number} ranks @param {string[]} args */
const same = (ranks, args) => Array.from({ length: ranks }, () => args);

row(["ranks", "tsmpirun ms", "node -e 0 ms", "zeromq ms", "/ node", "/ zeromq"]);
for (const ranks of [2, 8, 32]) {
	const hello = [["dist/launch/cli.js", "-np", `${ranks}`, "examples/hello.js"]];
	/** @type {number[][]} */
	const results = [[], [], []];
	for (let round = 0; round <= ROUNDS; round++) {
		const job = await time(hello);
		const bare = await time(same(ranks, ["-e", "0"]));
		const zeromq = await time(same(ranks, ["-e", 'import("zeromq")']));
		// The first round fills the file cache.
		if (round > 0) [job, bare, zeromq].forEach((value, i) => void results[i]?.push(value));
	}
	const [job = 0, bare = 0, zeromq = 0] = results.map(median);
	row([`${ranks}`, job, bare, zeromq, job / bare, job / zeromq]);
}

console.log("");
await printFirstToken(
	process.argv.slice(2).map((folder) => resolve(folder)),
	TOKEN_ROUNDS,
);
