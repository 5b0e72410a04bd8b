import test, { type ExecutionContext } from "ava";
import type { Comm } from "../../src/comm/api/comm.ts";
import { openWorld } from "../../src/comm/communicator.ts";
import { EAGER_LIMIT } from "../../src/progress/flow/limits.ts";
import { Progress } from "../../src/progress/progress.ts";
import { type FrameParts, FrameType } from "../../src/wire/envelope.ts";

/** Ranks in one process. What one sends waits until `deliver` hands it to the other, as bytes. */
class MemoryJob {
	readonly ranks: Progress[];
	readonly worlds: Comm[];
	readonly #frames: { readonly dest: number; readonly parts: FrameParts }[] = [];

	constructor(t: ExecutionContext, size: number) {
		const events = { onLost: (error: Error) => t.fail(error.message), onMismatch: () => t.fail() };
		this.ranks = Array.from({ length: size }, (_, rank) => new Progress({ rank, size, nodeRank: 0 }, events));
		for (const progress of this.ranks) {
			progress.sockets = {
				wanted: false,
				lane: (dest) => ({ send: (parts) => this.#frames.push({ dest, parts }) }),
				forget: () => undefined,
			};
		}
		this.worlds = this.ranks.map(openWorld);
	}

	/** Types of the frames that are under way. */
	get underWay(): number[] {
		return this.#frames.map(({ parts }) => (Array.isArray(parts) ? parts[0] : parts)[0] as number);
	}

	/** Brings all frames to where they go, and those that are sent because of them, until none is left. */
	deliver(): number[] {
		const types: number[] = [];
		for (let frame = this.#frames.shift(); frame !== undefined; frame = this.#frames.shift()) {
			const parts = Array.isArray(frame.parts) ? frame.parts : [frame.parts];
			types.push((parts[0] as Buffer)[0] as number);
			this.ranks[frame.dest]?.receive(parts);
		}
		return types;
	}
}

const pair = (t: ExecutionContext) => {
	const job = new MemoryJob(t, 2);
	const [sender, receiver] = job.worlds as [Comm, Comm];
	return { job, sender, receiver };
};

test("a small message is one frame, and its sender waits for nobody", async (t) => {
	const { job, sender, receiver } = pair(t);
	await sender.send({ text: "hello" }, { dest: 1, tag: 3 });
	t.deepEqual(job.deliver(), [FrameType.EAGER]);
	t.like(receiver.iprobe(), { source: 0, tag: 3 });
	t.deepEqual(await receiver.recv({ source: 0 }), { text: "hello" });
});

test("a large message goes by rendezvous, without a copy, whenever its receive is posted", async (t) => {
	for (const early of [true, false]) {
		const { job, sender, receiver } = pair(t);
		const large = new Uint8Array(EAGER_LIMIT + 1).fill(7);
		const post = () => receiver.recv<Uint8Array>({ source: 0 });
		let received = early ? post() : undefined;
		let free = false;
		const sent = sender.send(large, { dest: 1 }).then(() => {
			free = true;
		});
		t.deepEqual(job.underWay, [FrameType.READY]);
		if (!early) {
			t.deepEqual(job.deliver(), [FrameType.READY]);
			received = post();
		}
		const rest = job.deliver();
		t.deepEqual(rest.slice(early ? 1 : 0), [FrameType.CLEAR, FrameType.DATA, FrameType.DONE]);
		t.deepEqual((await received)?.length, large.length);
		await sent;
		t.true(free);
	}
});

test("a message of a rank to itself takes no socket", async (t) => {
	const { job, sender } = pair(t);
	await sender.send(Int32Array.of(1, 2), { dest: 0 });
	const large = new Uint8Array(EAGER_LIMIT + 1).fill(1);
	await sender.send(large, { dest: 0 });
	large.fill(2);
	t.deepEqual(job.underWay, []);
	t.deepEqual(await sender.recv(), Int32Array.of(1, 2));
	t.is((await sender.recv<Uint8Array>())[0], 1);
});

test("communicators do not see each other's messages, and what comes before one is made is kept for it", async (t) => {
	const { job, sender, receiver } = pair(t);
	const duplicates = [sender.dup(), receiver.dup()] as const;
	job.deliver();
	const [first, second] = await Promise.all(duplicates);
	await first.send("for the duplicate", { dest: 1 });
	await sender.send("for world", { dest: 1 });
	job.deliver();
	t.is(await receiver.recv(), "for world");
	t.is(await second.recv(), "for the duplicate");

	// Members make a communicator at different times.
	const [progress] = job.ranks as [Progress];
	const late = progress.openContext(progress.contexts.reserveId(), "late", [0, 1]);
	const outbox = progress.peers.outbox(1);
	const payload = { kind: 2, bytes: new Uint8Array(0), owned: true };
	outbox.sendEager(payload, { context: late.id, opcode: 0, tag: 5, root: -1 });
	job.deliver();
	const made = (job.ranks[1] as Progress).openContext(late.id, "late", [0, 1]);
	t.is(made.matching.claim(0, 5)?.kind, 2);
});

test("a message for a communicator that the receiver has freed gives its sender back what it holds", async (t) => {
	const { job, sender, receiver } = pair(t);
	const duplicates = [sender.dup(), receiver.dup()] as const;
	job.deliver();
	const [first, second] = await Promise.all(duplicates);
	second.free();
	const sent = first.send(new Uint8Array(EAGER_LIMIT + 1), { dest: 1 });
	job.deliver();
	await t.notThrowsAsync(sent);
	t.throws(() => second.free(), { code: "ERR_COMM", message: "Cannot free: world.dup() has been freed" });
});

test("the end of a rank ends what waits for it, and leaves what waits for others", async (t) => {
	const job = new MemoryJob(t, 3);
	const [world] = job.worlds as [Comm];
	const from = (source: number) => world.recv({ source });
	const fromOne = from(1);
	const fromTwo = from(2);
	const sent = world.send(new Uint8Array(EAGER_LIMIT + 1), { dest: 1 });
	const cause = { text: "has left" };
	(job.ranks[0] as Progress).departures.announce({ rank: 1, cause, failed: false }, 0, 0);
	await t.throwsAsync(fromOne, { code: "ERR_PROC_FAILED", message: "Cannot receive: rank 1 has left" });
	await t.throwsAsync(sent, { code: "ERR_PROC_FAILED", message: "Cannot send to rank 1: rank 1 has left" });
	await t.throwsAsync(from(1), { code: "ERR_PROC_FAILED" });
	await job.worlds[2]?.send("here", { dest: 0 });
	job.deliver();
	t.is(await fromTwo, "here");
});
