import { fileURLToPath } from "node:url";
import test, { type ExecutionContext } from "ava";
import { Meeting, type Member } from "../support/rendezvous.ts";
import { turns } from "../support/turns.ts";

const program = fileURLToPath(new URL("./programs/member.js", import.meta.url));
const inTurn = turns(2);

/** Lets 3 ranks meet, does something to them, and resolves with how they ended. */
const job = (t: ExecutionContext, words: string, act: (members: Member[]) => unknown = () => undefined) =>
	inTurn(async () => {
		const members = (await Meeting.of(t, 3)).startAll([program, ...words.split(" ")]);
		await act(members);
		return Promise.all(members.map(({ ended }) => ended));
	});

const codes = (ends: readonly { readonly code: number | null }[]) => ends.map(({ code }) => code);

for (const [words, code, line] of [
	[
		"exit 1 7",
		7,
		/^tsmpi: rank 1 \(host .+, pid \d+\) exited with code 7; process\.exit was called at .*member/m,
	],
	[
		"exit 0 7",
		7,
		/^tsmpi: rank 0 \(host .+, pid \d+\) exited with code 7; process\.exit was called at .*member/m,
	],
	["exit 2 0", 1, /^tsmpi: rank 2 .+ exited with code 0 without finalize while 2 ranks still needed it/m],
	["exit 0 0", 1, /^tsmpi: rank 0 .+ exited with code 0 without finalize while 2 ranks still needed it/m],
	["throw 2", 1, /^tsmpi: rank 2 .+ exited with code 1|^Error: no more/m],
	["abort 1", 5, /^tsmpi: rank 1 .+ called abort\(5\): enough/m],
	["abort 0", 5, /^tsmpi: rank 0 .+ called abort\(5\): enough/m],
	["wait", 1, /^tsmpi: deadlock: every rank waits[\s\S]* 2 +recv +any rank .*member/m],
] as const) {
	test(`without tsmpirun, "${words}" ends every rank with code ${code} and one reason`, async (t) => {
		const ends = await job(t, words);
		t.deepEqual(codes(ends), [code, code, code]);
		const actor = Number(words.split(" ")[1] ?? -1);
		for (const [rank, { stderr }] of ends.entries()) {
			// A rank that leaves has nobody to tell it why.
			if (rank !== actor || words.startsWith("abort")) t.regex(stderr, line);
		}
	});
}

test("without tsmpirun, a killed rank ends the others, and names itself", async (t) => {
	const ends = await job(t, "stay", async (members) => {
		await Promise.all(members.map(({ line }) => line(/pid/)));
		members[1]?.child.kill("SIGKILL");
	});
	t.deepEqual(codes(ends), [1, null, 1]);
	for (const rank of [0, 2]) {
		t.regex(ends[rank]?.stderr ?? "", /^tsmpi: rank 1 \(host .+, pid \d+\) closed its connection to the job/);
	}
});

test("without tsmpirun, the death of rank 0 ends the others", async (t) => {
	const ends = await job(t, "stay", async (members) => {
		await Promise.all(members.map(({ line }) => line(/pid/)));
		members[0]?.child.kill("SIGKILL");
	});
	t.deepEqual(codes(ends), [null, 1, 1]);
	for (const rank of [1, 2]) {
		t.regex(
			ends[rank]?.stderr ?? "",
			new RegExp(
				`^tsmpi: rank ${rank} has lost rank 0 at tcp://localhost:\\d+, which holds the job together\\n$`,
			),
		);
	}
});

test("without tsmpirun, a rank that computes is ended with the job", async (t) => {
	const ends = await job(t, "compute 2", async (members) => {
		await Promise.all(members.map(({ line }) => line(/pid/)));
		members[1]?.child.kill("SIGKILL");
	});
	t.deepEqual(codes(ends), [1, null, null]);
	t.deepEqual([ends[2]?.signal, ends[1]?.signal], ["SIGKILL", "SIGKILL"]);
	t.regex(ends[2]?.stderr ?? "", /^tsmpi: rank 1 .* closed its connection to the job/);
});
