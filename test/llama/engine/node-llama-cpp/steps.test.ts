import test from "ava";
import { Steps } from "../../../../src/llama/engine/node-llama-cpp/host/steps.ts";

/** Works that are ended by hand, and the order in which they began. */
function works() {
	const began: string[] = [];
	const ends = new Map<string, () => void>();
	const work = (name: string) => () => {
		began.push(name);
		return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
	};
	return { began, work, end: (name: string) => ends.get(name)?.() };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const turns = async (count: number) => {
	for (let i = 0; i < count; i++) await turn();
};

test("Steps starts together what was asked for, and nothing more until all of it has ended", async (t) => {
	const steps = new Steps();
	const { began, work, end } = works();
	const first = steps.compute(work("a1"));
	const second = steps.compute(work("b1"));
	await turns(3);
	t.deepEqual(began, ["a1", "b1"]);
	const newcomer = steps.compute(work("c1"));
	end("a1");
	const next = first.then(() => steps.compute(work("a2")));
	await turns(3);
	t.deepEqual(began, ["a1", "b1"]);
	end("b1");
	t.is(await second, "b1");
	await turns(3);
	t.deepEqual(began, ["a1", "b1", "c1", "a2"]);
	for (const name of ["c1", "a2"]) end(name);
	t.deepEqual(await Promise.all([newcomer, next]), ["c1", "a2"]);
});

test("Steps changes a memory between two steps, and its owner takes part in the next one", async (t) => {
	const steps = new Steps();
	const { began, work, end } = works();
	const computed = steps.compute(work("a1"));
	await turns(3);
	const changed = steps.change(work("change b")).then(() => steps.compute(work("b1")));
	const other = computed.then(() => steps.compute(work("a2")));
	await turns(3);
	t.deepEqual(began, ["a1"]);
	end("a1");
	await turns(3);
	t.deepEqual(began, ["a1", "change b"]);
	end("change b");
	await turns(3);
	t.deepEqual(began.slice(2).sort(), ["a2", "b1"]);
	for (const name of ["a2", "b1"]) end(name);
	await Promise.all([changed, other]);
});

test("Steps goes on after a work that failed, and starts again after a rest", async (t) => {
	const steps = new Steps();
	const failing = steps.compute(() => Promise.reject(new Error("no memory")));
	const fine = steps.compute(() => Promise.resolve(7));
	await t.throwsAsync(failing, { message: "no memory" });
	t.is(await fine, 7);
	await turns(5);
	t.is(await steps.compute(() => Promise.resolve(8)), 8);
});
