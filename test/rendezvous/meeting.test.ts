import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import test from "ava";
import { Meeting } from "../support/rendezvous.ts";
import { tsmpirun } from "../support/run.ts";
import { turns } from "../support/turns.ts";
import { workplace } from "../support/workplace.ts";

const program = fileURLToPath(new URL("./programs/member.js", import.meta.url));
const messages = fileURLToPath(new URL("../ranks/messages.js", import.meta.url));
const inTurn = turns(2);
/** Variables of a rank, and others. */
const member = (rank: number, others: NodeJS.ProcessEnv = {}) => ({
	env: { TSMPI_RANK: `${rank}`, ...others },
});

test("ranks that are started in any order meet, and say what they wait for", (t) =>
	inTurn(async () => {
		const meeting = await Meeting.of(t, 3);
		const early = [1, 2].map((rank) => meeting.start([program, "sum"], member(rank)));
		const waits = await Promise.all(early.map(({ line }) => line(/^tsmpi: (.*)\n/m)));
		for (const [index, [, text]] of waits.entries()) {
			t.regex(
				text ?? "",
				new RegExp(
					`^rank ${index + 1} waits for rank 0 at tcp://localhost:\\d+, up to 300 s: nobody listens at .+`,
				),
			);
		}
		const ends = await Promise.all(
			[meeting.start([program, "sum"], member(0)), ...early].map(({ ended }) => ended),
		);
		for (const [rank, { code, stdout }] of ends.entries()) {
			t.deepEqual([code, stdout], [0, `rank ${rank} 3 6 ${rank} 3 0\n`]);
		}
		t.is(ends[0]?.stderr, "");
	}));

test("an Indexed Job's or Slurm's variables say which rank this is", (t) =>
	inTurn(async () => {
		const meeting = await Meeting.of(t, 3);
		const slurm = { SLURM_PROCID: "2", SLURM_STEP_NUM_TASKS: "3", SLURM_STEP_ID: "0", TSMPI_SIZE: undefined };
		const members = [
			meeting.start([program, "sum"], { env: { JOB_COMPLETION_INDEX: "0" } }),
			meeting.start([program, "sum"], { env: { JOB_COMPLETION_INDEX: "7", TSMPI_RANK: "1" } }),
			meeting.start([program, "sum"], { env: slurm }),
		];
		const ends = await Promise.all(members.map(({ ended }) => ended));
		t.deepEqual(
			ends.map(({ code, stdout }) => [code, stdout]),
			[0, 1, 2].map((rank) => [0, `rank ${rank} 3 6 ${rank} 3 0\n`]),
		);
	}));

test("every kind of message works between ranks that met without tsmpirun", (t) =>
	inTurn(async () => {
		const ends = await Promise.all((await Meeting.of(t, 3)).startAll([messages]).map(({ ended }) => ended));
		for (const { code, stderr } of ends) t.deepEqual([code, stderr], [0, ""]);
	}));

test("a second process for a rank is refused, and the job goes on", (t) =>
	inTurn(async () => {
		const meeting = await Meeting.of(t, 3);
		const [zero, one] = [0, 1].map((rank) => meeting.start([program, "sum"], member(rank)));
		await zero?.line(/waits at tcp:\/\/localhost:\d+ for rank 2,|waits at .* for ranks 1, 2/);
		const again = meeting.start([program, "sum"], member(0));
		const second = await again.ended;
		t.is(second.code, 1);
		t.regex(second.stderr, /Cannot listen at tcp:\/\/localhost:\d+: Address already in use/);
		const doubles = [meeting.start([program, "sum"], member(1)), one];
		// Whichever of the two came first is in.
		const refused = await Promise.race(doubles.map((double) => double?.ended));
		const text = /as rank 1: that rank has joined already \(host .+, pid \d+\)/;
		t.is(refused?.code, 1);
		t.regex(refused?.stderr ?? "", text);
		await zero?.line(text);
		const last = meeting.start([program, "sum"], member(2));
		t.deepEqual([(await last.ended).code, (await zero?.ended)?.code], [0, 0]);
		t.is((await zero?.ended)?.stdout, "rank 0 3 6 0 3 0\n");
	}));

test("a rank with another idea of the size ends the meeting on both sides", (t) =>
	inTurn(async () => {
		const meeting = await Meeting.of(t, 3);
		const members = [
			meeting.start([program, "sum"], member(0)),
			meeting.start([program, "sum"], member(1, { TSMPI_SIZE: "4" })),
		];
		for (const { code, stderr } of await Promise.all(members.map(({ ended }) => ended))) {
			t.is(code, 1);
			t.regex(stderr, /it was told that there are 4 ranks, and rank 0 that there are 3/);
		}
	}));

test("TSMPI_IFACE that no link has is refused by rank 0 and by others", (t) =>
	inTurn(async () => {
		const meeting = await Meeting.of(t, 2);
		const iface = { TSMPI_IFACE: "nolink0" };
		const zero = await meeting.start([program, "sum"], member(0, iface)).ended;
		t.is(zero.code, 1);
		t.regex(zero.stderr, /Cannot listen at tcp:\S+: no link matches nolink0; there are lo 127\.0\.0\.1\/8/);
		const members = [
			meeting.start([program, "sum"], member(0)),
			meeting.start([program, "sum"], member(1, iface)),
		];
		const [first, second] = await Promise.all(members.map(({ ended }) => ended));
		t.deepEqual([first?.code, second?.code], [1, 1]);
		t.regex(second?.stderr ?? "", /Cannot join the job as rank 1: no link matches nolink0; there are lo /);
		t.regex(
			first?.stderr ?? "",
			/^tsmpi: rank 1 \(host .+, pid \d+\) exited before joining the job while 1 rank waits for it\n/,
		);
	}));

test("a rank with another key is told so, and rank 0 says so and goes on", (t) =>
	inTurn(async () => {
		const meeting = await Meeting.of(t, 2);
		const other = join(workplace(t).folder, "other");
		await tsmpirun(t, ["--make-key", other]);
		const zero = meeting.start([program, "sum"], member(0));
		const wrong = await meeting.start([program, "sum"], member(1, { TSMPI_KEY_FILE: other })).ended;
		t.is(wrong.code, 1);
		t.regex(wrong.stderr, /Cannot join the job as rank 1: rank 0 at .+ does not take the key of .+other/);
		const [line] = await zero.line(/^tsmpi: a connection .* was refused: .*$/m);
		t.regex(line, /to tcp:\/\/localhost:\d+ was refused: it does not have the key of .+key$/);
		t.is((await meeting.start([program, "sum"], member(1)).ended).code, 0);
		t.is((await zero.ended).code, 0);
	}));

test("TSMPI_CONNECT_TIMEOUT ends the wait, with what was missing", (t) =>
	inTurn(async () => {
		const meeting = await Meeting.of(t, 3);
		const limit = { TSMPI_CONNECT_TIMEOUT: "0.5" };
		const ends = await Promise.all(
			[
				meeting.start([program, "sum"], member(0, limit)),
				meeting.start(
					[program, "sum"],
					member(1, { ...limit, TSMPI_RENDEZVOUS: "tcp://no-such-host.invalid:7000" }),
				),
			].map(({ ended }) => ended),
		);
		t.deepEqual(
			ends.map(({ code }) => code),
			[1, 1],
		);
		t.regex(ends[0]?.stderr ?? "", /Cannot start the job: ranks 1, 2 of 3 did not join within 0\.5 s/);
		t.regex(
			ends[1]?.stderr ?? "",
			/rank 0 at tcp:\/\/no-such-host\.invalid:7000 has not answered within 0\.5 s: getaddrinfo (ENOTFOUND|EAI_AGAIN)/,
		);
	}));

test("tsmpirun --make-key does not overwrite a file", async (t) => {
	const file = join(workplace(t).folder, "there");
	writeFileSync(file, "mine");
	const { code, stderr } = await tsmpirun(t, ["--make-key", file]);
	t.deepEqual([code, stderr], [1, `tsmpirun: Cannot write the key file ${file}: it is there already\n`]);
});
