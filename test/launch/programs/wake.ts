/** All ranks wait in recv; rank 1 is woken by something else than a message, and then wakes the others. */
import { spawn } from "node:child_process";
import { connect, createServer } from "node:net";
import { Worker } from "node:worker_threads";
import { init } from "tsmpi";

/** Longer than a deadlock takes to be noticed. */
const MS = 1500;
const { world } = await init();
const { rank, size } = world;

function whenDone(how: string | undefined, done: () => void): void {
	if (how === "a timer") setTimeout(done, MS);
	else if (how === "a child process") spawn("sleep", [`${MS / 1000}`]).once("exit", done);
	else if (how === "a worker thread") {
		new Worker(`setTimeout(() => {}, ${MS})`, { eval: true }).once("exit", done);
	} else if (how === "a socket") {
		const server = createServer((socket) => setTimeout(() => socket.end("x"), MS));
		server.listen(0, "127.0.0.1", () => {
			const address = server.address();
			if (address === null || typeof address === "string") return;
			connect(address.port, "127.0.0.1").once("data", () => {
				server.close();
				done();
			});
		});
	} else if (how === "standard input") process.stdin.once("data", done);
	else if (how === "computing") {
		const end = Date.now() + MS;
		while (Date.now() < end);
		done();
	}
}

if (rank === 1) {
	whenDone(process.argv[2], () => {
		for (let dest = 0; dest < size; dest++) if (dest !== rank) void world.send("go on", { dest });
	});
}
await world.recv({ source: rank === 1 ? 0 : 1 });
if (rank === 0) await world.send("thanks", { dest: 1 });
