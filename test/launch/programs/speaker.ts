/**
 * A rank that speaks the control protocol by hand. Argument number r holds the steps of rank r, such as
 * "hello start finalize finalized exit:3".
 */
import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { readJob } from "../../../src/control/environment.ts";
import type { AgentToRank, RankToAgent } from "../../../src/control/messages.ts";

const job = readJob(process.env);
if (job === undefined) throw new Error("not started by tsmpirun");
const { rank, controlPath } = job;
const socket = connect(controlPath);
await once(socket, "connect");
const waiting = new Map<string, (message: AgentToRank) => void>();
const come = new Map<string, AgentToRank>();
let answers = true;
/** Ranks that have left, as far as this one has heard. */
const gone: number[] = [];

function tell(message: RankToAgent): void {
	socket.write(`${JSON.stringify(message)}\n`);
}

function waitsFor(peer: number) {
	return [{ operation: "recv", peers: [peer], tag: 7, communicator: "world", sinceMs: 100, at: "here.js:1" }];
}

let operations = waitsFor(rank);
createInterface(socket).on("line", (line) => {
	const message: AgentToRank = JSON.parse(line);
	if (message.type === "query" && answers) tell({ type: "status", query: message.query, operations });
	if (message.type === "left") gone.push(message.rank);
	come.set(message.type, message);
	waiting.get(message.type)?.(message);
});

for (const step of (process.argv[2 + rank] ?? "").split(" ")) {
	const [verb = "", value = "0", other = "0"] = step.split(":");
	if (verb === "hello") {
		tell({ type: "hello", rank, pid: process.pid, version: "0", endpoint: { ipc: `${rank}.sock` } });
	} else if (verb === "finalize") tell({ type: "finalize", sent: [] });
	else if (verb === "abort") tell({ type: "abort", code: Number(value), reason: "had enough" });
	else if (verb === "mismatch") tell({ type: "mismatch", text: "rank 0 called bcast, rank 1 called gather" });
	else if (verb === "silent") answers = false;
	else if (verb === "noise") socket.write("this is no JSON\n");
	else if (verb === "block") {
		// block:PEER:RECEIVED waits for a peer, having received so many messages from it.
		operations = waitsFor(Number(value));
		tell({ type: "blocked", operations, sent: [], received: [[Number(value), Number(other)]], gone });
	} else if (verb === "leave") {
		tell({ type: "leaving", code: 0, operations: waitsFor(Number(value)), sent: [] });
		await new Promise<void>((resolve) => socket.end(resolve));
		process.exit(Number(other));
	} else if (verb === "exit") process.exit(Number(value));
	else if (verb === "kill") process.kill(process.pid, "SIGKILL");
	else if (verb === "say") console.log(`rank ${rank} is here`);
	else {
		// start, finalized, left: waits for this message and shows it. Anything else waits for ever.
		const message =
			come.get(verb) ?? (await new Promise<AgentToRank>((resolve) => waiting.set(verb, resolve)));
		console.log(`rank ${rank} got ${JSON.stringify(message)}`);
	}
}
socket.end();
