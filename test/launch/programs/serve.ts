/**
 * Rank 0 serves with the help of the others, which answer what it asks until it lets them go. Each says "rank R pid P".
 * Arguments: what rank 0 does after a signal: `finish` (asks all others once more, then lets them go) or `linger`; and
 * what comes for each, in any order: `SECONDS` for which rank SECONDS mod size asks to finish, or `engine` for a process of
 * its own session beside each rank.
 */
import { spawn } from "node:child_process";
import { init } from "tsmpi";

const [how, ...words] = process.argv.slice(2);
const mpi = await init();
const { rank, size } = mpi.world;
const others = Array.from({ length: size - 1 }, (_, index) => index + 1);

/** Resolves with the first signal. */
function signalled(): Promise<string> {
	return new Promise((resolve) => {
		const timer = setInterval(() => {}, 60_000);
		for (const signal of ["SIGTERM", "SIGINT"] as const) {
			process.on(signal, () => {
				console.log(`rank 0 got ${signal}`);
				if (how !== "finish") return;
				clearInterval(timer);
				resolve(signal);
			});
		}
	});
}

async function lead(): Promise<void> {
	await signalled();
	for (const dest of others) await mpi.world.send("are you there?", { dest });
	for (const source of others) console.log(await mpi.world.recv<string>({ source }));
	for (const dest of others) await mpi.world.send("go", { dest });
}

async function follow(): Promise<void> {
	while ((await mpi.world.recv<string>({ source: 0 })) !== "go") {
		await mpi.world.send(`rank ${rank} is there`, { dest: 0 });
	}
}

const done = rank === 0 ? lead() : follow();
for (const seconds of words.map(Number).filter((number) => !Number.isNaN(number))) {
	if (rank === Math.trunc(seconds) % size) await mpi.grace(seconds);
}
if (words.includes("engine")) spawn("sleep", ["600"], { detached: true, stdio: "ignore" }).unref();
console.log(`rank ${rank} pid ${process.pid}`);
await done;
