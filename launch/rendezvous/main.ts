import { parentPort, workerData } from "node:worker_threads";
import type { RankToThread, RendezvousSettings, ThreadToRank } from "../../src/rendezvous/messages.ts";
import { Client } from "./client.ts";
import { say } from "./say.ts";
import { Server } from "./server.ts";

/** How long a rank whose job is over may take to end, in milliseconds. */
const GRACE_MS = 3000;

/** Turns of the event loop in which closed sockets are let go of, with some to spare. */
const TURNS = 5;

/** The thread that a rank without tsmpirun starts: see src/rendezvous/messages.ts. */
const settings = workerData as RendezvousSettings;

const tellRank = (message: ThreadToRank): void => {
	parentPort?.postMessage(message);
	// A rank that computes does not read messages, and is ended by force.
	if (message.type === "end") setTimeout(() => process.kill(process.pid, "SIGKILL"), GRACE_MS).unref();
};
const part = settings.rank === 0 ? new Server(settings, tellRank) : new Client(settings, tellRank);

// A thread that ended by itself, with sockets open, would take the process down without a word.
process.on("uncaughtException", (error) => {
	say(`cannot go on: ${error.stack}`);
	tellRank({ type: "end", code: 1 });
});
const running = part.run();

parentPort?.on("message", async (message: RankToThread) => {
	const code = await part.obey(message);
	if (message.type !== "leave") return;
	await running;
	// What ZeroMQ still has to let go of in later turns would end the process if the thread were gone by then.
	for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
	parentPort?.close();
	Atomics.store(message.flag, 1, code);
	Atomics.store(message.flag, 0, 1);
	Atomics.notify(message.flag, 0);
});
