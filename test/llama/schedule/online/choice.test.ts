import test from "ava";
import { Setup } from "./support/setup.ts";

const long = (name: string, length = 4_000) => `${name}:`.padEnd(length, name);

test("round-robin goes in turn among those with room", (t) => {
	const setup = new Setup({ policy: "round-robin" }, [1, 2, 3]);
	for (let count = 0; count < 6; count++) setup.add();
	t.deepEqual(
		setup.start().map(([, rank]) => rank),
		[0, 1, 2, 1, 2, 2],
	);
});

test("dynamic takes where the smallest part of the slots is taken", (t) => {
	const setup = new Setup({ policy: "dynamic" }, [1, 4]);
	for (let count = 0; count < 5; count++) setup.add();
	t.deepEqual(
		setup.start().map(([, rank]) => rank),
		[0, 1, 1, 1, 1],
	);
});

test("prefix goes where the conversation is, and else in turn", (t) => {
	const setup = new Setup({}, [2, 2, 2]);
	const texts = ["a", "b", "c"].map((name) => long(name));
	for (const text of texts) setup.add({ text });
	t.deepEqual(setup.start(), [
		[0, 0],
		[1, 1],
		[2, 2],
	]);
	for (let rank = 0; rank < 3; rank++) setup.end(rank, rank, "answer");
	for (const [index, text] of texts.toReversed().entries()) {
		const { id } = setup.add({ text: `${text}answer and more` });
		t.deepEqual(setup.start(), [[id, 2 - index]]);
		setup.end(2 - index, id);
	}
});

test("prefix goes elsewhere when the conversation's rank has no room, and does not wait for it", (t) => {
	const setup = new Setup({}, [1, 1]);
	const text = long("a");
	setup.add({ text });
	setup.start();
	setup.end(0, 0);
	const [a, b] = [setup.add({ text: `${text}1` }), setup.add({ text: `${text}2` })];
	t.deepEqual(setup.start(), [
		[a.id, 0],
		[b.id, 1],
	]);
});

test("a busy slot is worth nothing", (t) => {
	const setup = new Setup({}, [2, 2]);
	const text = long("a");
	setup.add({ text });
	setup.start();
	const { id } = setup.add({ text: `${text}1` });
	t.deepEqual(setup.start(), [[id, 1]], "rank 0 has more to do, and its slot is taken");
});

test("a short beginning in common is worth less than a rank with less to do", (t) => {
	const setup = new Setup({}, [8, 8]);
	for (let count = 0; count < 4; count++) setup.add({ text: long(`${count}`) });
	setup.start();
	// Rank 0 has a slot that holds it, and three items more than rank 1.
	for (const id of [1, 3]) setup.end(1, id);
	const held = setup.add({ text: "hi" });
	setup.start();
	setup.end(1, held.id);
	t.deepEqual(
		setup.schedule.snapshot().ranks.map(({ running }) => running),
		[2, 0],
	);
	const { id } = setup.add({ text: "hi there" });
	t.deepEqual(setup.start(), [[id, 1]]);
});

test("a system prompt in common gives up no conversation while a rank has an empty slot", (t) => {
	const setup = new Setup({}, [1, 2]);
	const system = long("s", 2_000);
	setup.schedule.leave(1);
	setup.add({ text: `${system}${long("a", 500)}` });
	setup.start();
	setup.end(0, 0);
	setup.schedule.join(1, 2);
	for (let count = 0; count < 2; count++) {
		const { id } = setup.add({ text: `${system}${long(`b${count}`, 500)}` });
		t.deepEqual(setup.start(), [[id, 1]], "rank 0 would have it begun sooner");
		setup.end(1, id);
	}
	// No slot is empty any more: what is in common counts, and the ranks have as much of it.
	const { id } = setup.add({ text: `${system}${long("c", 500)}` });
	t.is(setup.start().length, 1);
	t.is(setup.end(0, id) ?? setup.end(1, id), id);
});

test("what an engine held is gone with it", (t) => {
	const setup = new Setup({}, [2, 2]);
	const text = long("a");
	setup.add({ text });
	setup.start();
	setup.end(0, 0);
	setup.schedule.engineDied(0, []);
	setup.schedule.engineUp(0);
	const { id } = setup.add({ text: `${text}1` });
	t.deepEqual(setup.start(), [[id, 1]], "in turn");
});

test("a text that is no prompt takes a place and leaves what slots hold", (t) => {
	const setup = new Setup({}, [1]);
	setup.add({ text: "kept" });
	setup.start();
	setup.end(0, 0);
	setup.add({ text: "" });
	setup.add({ text: "next" });
	t.deepEqual(setup.start(), [[1, 0]]);
	t.is(setup.schedule.snapshot().ranks[0]?.slots[0]?.chars, 4);
});
