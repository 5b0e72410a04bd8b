import { setImmediate } from "node:timers/promises";
import { ANY_SOURCE, ANY_TAG, type Comm } from "tsmpi";
import type { Part } from "./part.ts";
import type { Step } from "./schedule.ts";
import { arrayOf, sampleOf, scribble } from "./values.ts";

/** A number for each message of a schedule. */
const numberOf = (step: number, source: number, index: number) => step * 1000 + source * 50 + index;

async function sendOne(comm: Comm, step: Step, dest: number, tag: number, value: unknown): Promise<void> {
	await (step.synchronous ? comm.ssend(value, { dest, tag }) : comm.send(value, { dest, tag }));
	// From here on the memory is the caller's.
	scribble(value);
}

async function receiveOne(
	comm: Comm,
	part: Part,
	form: Step["form"],
	source: number,
	tag: number,
	expected: unknown,
) {
	if (form === "recvInto" && expected instanceof Float64Array) {
		const target = new Float64Array(expected.length + 3);
		const status = await comm.recvInto(target, { source, tag });
		part.expect([status.source, status.tag, status.count], [source, tag, expected.length]);
		part.expect(target.subarray(0, expected.length), expected);
		return;
	}
	if (form === "mprobe") {
		const message = await comm.mprobe({ source, tag });
		part.expect([message.source, message.tag], [source, tag]);
		part.expect(await message.recv(), expected);
		return;
	}
	if (form === "iprobe") while (comm.iprobe({ source, tag }) === undefined) await setImmediate();
	part.expect(await comm.recv({ source, tag: form === "anyTag" ? ANY_TAG : tag }), expected);
}

/** A few messages from one rank to another, or to itself; with a twist, received in another order by their tags. */
export async function message(comm: Comm, part: Part, step: Step, at: number): Promise<void> {
	const from = step.from % comm.size;
	const to = step.to % comm.size;
	const { count, shape } = step;
	const twisted = step.twist && count > 1;
	const tag = (index: number) => (twisted ? 100 + index : step.tag);
	const value = (index: number) => sampleOf(shape, numberOf(at, from, index));
	if (comm.rank === from) {
		// One after the other only where the receives come in that order, and from another rank.
		const lag = twisted || from === to ? Math.max(1, step.sendLag) : step.sendLag;
		for (let index = 0; index < count; index++) {
			await part.begin(lag, () => sendOne(comm, step, to, tag(index), value(index)));
		}
	}
	if (comm.rank === to) {
		// Whoever looks until it sees its message must have seen it before a later receive may take it.
		const lag = step.form === "iprobe" ? 0 : step.recvLag;
		for (let turn = 0; turn < count; turn++) {
			const index = twisted ? count - 1 - turn : turn;
			const form = twisted && step.form === "anyTag" ? "recv" : step.form;
			await part.begin(lag, () => receiveOne(comm, part, form, from, tag(index), value(index)));
		}
	}
}

/** All ranks send along a ring, or to themselves. */
export async function sendrecv(comm: Comm, part: Part, step: Step, at: number): Promise<void> {
	const { rank, size } = comm;
	const dest = (rank + step.from) % size;
	const source = (rank - (step.from % size) + size) % size;
	const recvTag = step.twist ? ANY_TAG : step.tag;
	await part.begin(step.sendLag, async () => {
		const value = sampleOf(step.shape, numberOf(at, rank, 0));
		const got = await comm.sendrecv(value, { dest, sendTag: step.tag, source, recvTag });
		part.expect(got, sampleOf(step.shape, numberOf(at, source, 0)));
	});
}

/**
 * All ranks send to one, which takes messages from any of them. No other may be among them: the tag is that of this step
 * alone; or, with a twist, any tag will do, and nobody goes on until all have been received.
 */
export async function funnel(comm: Comm, part: Part, step: Step, at: number): Promise<void> {
	const to = step.to % comm.size;
	const tag = 1000 + at;
	const value = (source: number, index: number) => arrayOf(step.shape, numberOf(at, source, index));
	const sendLag = comm.rank === to || step.twist ? Math.max(1, step.sendLag) : step.sendLag;
	for (let index = 0; index < step.count; index++) {
		await part.begin(sendLag, () =>
			sendOne(comm, step, to, step.twist ? index : tag, value(comm.rank, index)),
		);
	}
	if (comm.rank === to) {
		const next = new Array<number>(comm.size).fill(0);
		for (let turn = 0; turn < step.count * comm.size; turn++) {
			await part.begin(step.twist ? 0 : step.recvLag, async () => {
				const { source, recv } = await comm.mprobe({ source: ANY_SOURCE, tag: step.twist ? ANY_TAG : tag });
				// In the order of the matches, which is that of the probes: the payloads may come in another.
				const index = next[source] ?? 0;
				next[source] = index + 1;
				part.expect(await recv(), value(source, index), `from rank ${source}`);
			});
		}
	}
	if (step.twist) await part.begin(0, () => comm.barrier());
}
