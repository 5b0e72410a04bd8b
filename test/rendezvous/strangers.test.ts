import { fileURLToPath } from "node:url";
import test from "ava";
import { Meeting } from "../support/rendezvous.ts";
import { push, say, speeches, wrongKeys } from "../support/strangers.ts";

const program = fileURLToPath(new URL("./programs/member.js", import.meta.url));

test("strangers where ranks meet get nothing and change nothing", async (t) => {
	const meeting = await Meeting.of(t, 2);
	const zero = meeting.start([program, "sum"], { env: { TSMPI_RANK: "0" } });
	const [, port] = await zero.line(/^tsmpi: rank 0 waits at tcp:\/\/localhost:(\d+) for rank 1,/m);
	const answers = await Promise.all(Object.values(speeches).map((bytes) => say(Number(port), bytes)));
	// libzmq's own greeting, the same for everybody, and perhaps an error.
	for (const answer of answers) t.true(answer.length <= 128);
	t.regex(await push(t, Number(port), {}), /^handshake:error|^disconnect/, "no key");
	t.regex(await push(t, Number(port), wrongKeys()), /^handshake:error|^disconnect/, "wrong key");
	const one = meeting.start([program, "sum"], { env: { TSMPI_RANK: "1" } });
	const ends = await Promise.all([zero.ended, one.ended]);
	t.deepEqual(
		ends.map(({ code, stdout }) => [code, stdout]),
		[
			[0, "rank 0 2 3 0 2 0\n"],
			[0, "rank 1 2 3 1 2 0\n"],
		],
	);
	const told = ends[0]?.stderr.match(/a connection .* was refused: it does not have the key of /g);
	t.is(told?.length, 1, "once is enough");
});
