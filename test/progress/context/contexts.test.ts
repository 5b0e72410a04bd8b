import test from "ava";
import { AgreementSequence } from "../../../src/progress/agreement/agreement-sequence.ts";
import { Context } from "../../../src/progress/context/context.ts";
import { Contexts } from "../../../src/progress/context/contexts.ts";

const members = [4, 2, 7];

function context(id: number): Context {
	const agreements = new AgreementSequence({ self: 2, members, isGone: () => false }, () => undefined);
	const signatureText = () => "a call";
	return new Context({ id, name: "world.dup()", members, self: 2, agreements, signatureText });
}

test("use() keeps what comes for a communicator until it is made, in order", (t) => {
	const contexts = new Contexts(2);
	const used: string[] = [];
	contexts.use(9, ({ id }) => used.push(`first of ${id}`));
	contexts.use(8, ({ id }) => used.push(`other of ${id}`));
	contexts.use(9, ({ id }) => used.push(`second of ${id}`));
	t.deepEqual(used, []);
	const made = context(9);
	contexts.add(made);
	t.deepEqual(used, ["first of 9", "second of 9"]);
	t.is(contexts.get(9), made);
	t.is(contexts.get(8), undefined);
	contexts.use(9, () => used.push("at once"));
	t.is(used.at(-1), "at once");
});

test("use() drops what comes for a communicator that has been freed", (t) => {
	const contexts = new Contexts(2);
	const made = context(9);
	contexts.add(made);
	contexts.free(made);
	let dropped = 0;
	contexts.use(
		9,
		() => t.fail(),
		() => dropped++,
	);
	contexts.use(9, () => t.fail());
	t.is(dropped, 1);
	t.deepEqual([...contexts], []);
});

test("reserveId() gives each rank ids of its own, which survive the way over the wire", (t) => {
	const ids = [0, 1, 2 ** 20].flatMap((self) => {
		const contexts = new Contexts(self);
		return [contexts.reserveId(), contexts.reserveId()];
	});
	t.is(new Set(ids).size, ids.length);
	t.true(ids.every((id) => Number.isSafeInteger(id) && id > 0));
});

test("a context knows its members by their world ranks", (t) => {
	t.deepEqual(
		[4, 2, 7, 0].map((world) => context(1).rankOf(world)),
		[0, 1, 2, -1],
	);
});

test("checkOpen() says why nothing can be done any more; checkUsable() lets a revoked one be mended", (t) => {
	const cases: readonly (readonly [(made: Context) => void, string, boolean])[] = [
		[(made) => made.revoke(), "Cannot send: world.dup() has been revoked", true],
		[(made) => made.close("freed"), "Cannot send: world.dup() has been freed", false],
		[(made) => made.close("finalized"), "Cannot send: this rank has called finalize()", false],
	];
	for (const [change, message, usable] of cases) {
		const made = context(1);
		t.notThrows(() => made.checkOpen("send"));
		change(made);
		t.throws(() => made.checkOpen("send"), { message });
		if (usable) t.notThrows(() => made.checkUsable("send"));
		else t.throws(() => made.checkUsable("send"), { message });
	}
});

test("revoke() rejects receives and calls in progress", (t) => {
	const made = context(1);
	const errors: Error[] = [];
	const reject = (error: Error) => errors.push(error);
	made.matching.post({ source: 4, tag: 0, take: () => t.fail(), reject });
	const call = made.calls.begin({ opcode: 2, root: 0 });
	made.revoke();
	t.is(errors[0]?.message, "Cannot receive: world.dup() has been revoked");
	t.is(call.failure?.message, "Cannot go on with a collective: world.dup() has been revoked");
	// The others hear of the revocation itself.
	t.true(call.told);
});
