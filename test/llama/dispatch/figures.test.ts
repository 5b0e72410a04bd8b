import test from "ava";
import { tellFigures } from "../../../src/llama/dispatch/figures.ts";
import type { WorkerEvent } from "../../../src/llama/dispatch/messages.ts";

/** An engine whose figures are what the test says; it is told of each time that it is asked. */
function engineOf(...answers: (() => Promise<Record<string, number>>)[]) {
	let asked = 0;
	let last = () => {};
	const done = new Promise<void>((resolve) => {
		last = resolve;
	});
	const figures = async () => {
		const answer = answers[asked++];
		if (asked >= answers.length) last();
		return (await answer?.()) ?? {};
	};
	return { figures, done, asked: () => asked };
}

test("figures are told as they are read; an engine that fails or has none tells nothing that time", async (t) => {
	const told: WorkerEvent[] = [];
	const engine = engineOf(
		async () => ({ a: 1 }),
		() => Promise.reject(new Error("busy")),
		async () => ({}),
		async () => ({ a: 2 }),
		async () => ({}),
	);
	const stop = tellFigures(engine, (event) => told.push(event), 1);
	const alive = setInterval(() => {}, 1000);
	await engine.done;
	stop();
	clearInterval(alive);
	t.deepEqual(told, [
		{ type: "figures", figures: { a: 1 } },
		{ type: "figures", figures: { a: 2 } },
	]);
});

test("an engine that takes long is asked once at a time, and nothing is told after the end", async (t) => {
	const told: WorkerEvent[] = [];
	let answer = (_figures: Record<string, number>) => {};
	const first = new Promise<Record<string, number>>((resolve) => {
		answer = resolve;
	});
	const engine = engineOf(() => first);
	const stop = tellFigures(engine, (event) => told.push(event), 1);
	// Meanwhile one that is quick is asked many times.
	const quick = engineOf(...Array.from({ length: 10 }, () => async () => ({})));
	const stopQuick = tellFigures(quick, () => t.fail(), 1);
	const alive = setInterval(() => {}, 1000);
	await quick.done;
	stopQuick();
	clearInterval(alive);
	t.is(engine.asked(), 1);
	stop();
	answer({ a: 1 });
	await first;
	await new Promise((resolve) => setImmediate(resolve));
	t.deepEqual(told, []);
});

test("an engine without figures is left alone", (t) => {
	const stop = tellFigures({}, () => t.fail());
	t.notThrows(stop);
});
