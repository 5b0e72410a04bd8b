import { parentPort, workerData } from "node:worker_threads";
import type { RankToThread, RendezvousSettings, ThreadToRank } from "../../src/rendezvous/messages.ts";
import { Client } from "./client.ts";
import { Server } from "./server.ts";

/** How long a rank whose job is over may take to end, in milliseconds. */
const GRACE_MS = 3000;

/** The thread that a rank without tsmpirun starts: see src/rendezvous/messages.ts. */
const settings = workerData as RendezvousSettings;

const tellRank = (message: ThreadToRank): void => {
	parentPort?.postMessage(message);
	// A rank that computes does not hear it.
	if (message.type === "end") setTimeout(() => process.kill(process.pid, "SIGKILL"), GRACE_MS).unref();
};
const part = settings.rank === 0 ? new Server(settings, tellRank) : new Client(settings, tellRank);

const running = part.run();

parentPort?.on("message", async (message: RankToThread) => {
	const code = await part.obey(message);
	if (message.type !== "leave") return;
	await running;
	parentPort?.close();
	Atomics.store(message.flag, 1, code);
	Atomics.store(message.flag, 0, 1);
	Atomics.notify(message.flag, 0);
});
