import { once } from "node:events";
import {
	existsSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { random } from "../../../support/memory-channels.ts";
import { idsIn, startJob, startShell, writeBatch } from "../../support/batch-jobs.ts";
import { temporaryFolder } from "../../support/models.ts";

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const COUNT = 400;
/** More of them for a night: npm run soak:output. */
const ROUNDS = Number(process.env.TSMPI_OUTPUT_ROUNDS ?? 5);
let ids: string[] = [];

test.before(() => {
	ids = writeBatch(at("in.jsonl"), COUNT);
	writeBatch(at("long.jsonl"), COUNT, 100);
});

/** Each custom id is answered once. */
function complete(t: ExecutionContext, name: string): void {
	t.deepEqual(idsIn(at(name)).toSorted(), ids.toSorted());
}

/** stderr without what the program prints for the tests. */
function said(stderr: string): string {
	return stderr.replace(/^(open|ended)\n/gm, "");
}

test.serial("a second job on one output ends at once, by whatever path, and names the first", async (t) => {
	const first = startJob(t, at("in.jsonl"), at("two.jsonl"), "resume", "stuck");
	await first.opened;
	for (const words of [[at("two.jsonl"), "resume"], [`${folder}/../${basename(folder)}/two.jsonl`]]) {
		const { code, stderr } = await startJob(t, at("in.jsonl"), ...words).done;
		t.is(code, 1);
		t.is(
			said(stderr),
			`tsmpi: aborted: Cannot write ${at("two.jsonl")}: another job writes it: pid ${first.child.pid} on host ${hostname()} (${at("two.jsonl")}.lock)\n`,
		);
	}
	first.child.kill("SIGKILL");
	await first.done;
	t.is((await startJob(t, at("in.jsonl"), at("two.jsonl"), "resume").done).code, 0);
	complete(t, "two.jsonl");
	t.deepEqual(
		readdirSync(folder).filter((name) => name.startsWith("two")),
		["two.jsonl"],
	);
});

test.serial(
	"of many jobs that start at once one runs, also where a dead one has left its lock",
	async (t) => {
		for (let round = 0; round < ROUNDS; round++) {
			const name = `many-${round}.jsonl`;
			if (round % 2 === 1) {
				const killed = startJob(t, at("in.jsonl"), at(name), "resume", "slow");
				await killed.ended(5);
				killed.child.kill("SIGKILL");
				await killed.done;
				t.true(existsSync(`${at(name)}.lock`));
			}
			// It runs for as long as the others need to find out.
			const jobs = Array.from({ length: 5 }, () => startJob(t, at("in.jsonl"), at(name), "resume", "stuck"));
			const lost = await Promise.all(jobs.map(({ opened }) => opened));
			const losers = lost.filter((end) => end !== undefined) as { code: number; stderr: string }[];
			t.is(losers.length, 4, name);
			for (const { code, stderr } of losers) {
				t.is(code, 1);
				t.regex(
					said(stderr),
					/^tsmpi: aborted: Cannot write \S+: another job writes it: pid \d+ on host \S+ \(\S+\)\n$/,
				);
			}
			for (const { child, done } of jobs) {
				child.kill("SIGKILL");
				await done;
			}
			t.is((await startJob(t, at("in.jsonl"), at(name), "resume").done).code, 0);
			complete(t, name);
		}
	},
);

test.serial("whenever a job is killed, --resume answers each request once", async (t) => {
	const next = random(13);
	const input = at("kills.in.jsonl");
	const wanted = writeBatch(input, ROUNDS * 100);
	for (let round = 0; round < ROUNDS; round++) {
		const job = startJob(t, input, at("kills.jsonl"), "resume", "slow");
		await job.ended(Math.floor(next() * 60));
		job.child.kill("SIGKILL");
		await job.done;
	}
	t.true(idsIn(at("kills.jsonl")).length < wanted.length, "something was left to do");
	const { code, stderr } = await startJob(t, input, at("kills.jsonl"), "resume").done;
	t.deepEqual([code, said(stderr)], [0, ""]);
	t.deepEqual(idsIn(at("kills.jsonl")).toSorted(), wanted.toSorted());
});

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
	test.serial(`a job that is ended by ${signal} takes its lock along`, async (t) => {
		const job = startJob(t, at("in.jsonl"), at(`${signal}.jsonl`), "slow");
		await job.ended(3);
		t.true(existsSync(`${at(signal)}.jsonl.lock`));
		job.child.kill(signal);
		t.is((await job.done).signal, signal);
		t.false(existsSync(`${at(signal)}.jsonl.lock`));
	});
}

test.serial("a job that cannot go on takes its lock along", async (t) => {
	writeFileSync(at("other.jsonl"), "not ours\n");
	const { code, stderr } = await startJob(t, at("in.jsonl"), at("other.jsonl"), "resume").done;
	t.is(code, 1);
	t.regex(said(stderr), /its line 1 is no answer that tsmpi has written\n$/);
	t.false(existsSync(`${at("other.jsonl")}.lock`));
});

const EVENTS: readonly (readonly [string, (path: string) => void, RegExp])[] = [
	["deleted", (path) => rmSync(path), /it was deleted during the job: \d+ answers of this job are lost\n$/],
	["emptied", (path) => truncateSync(path), /it was cut during the job, .* --resume runs those again\n$/],
	["moved", (path) => renameSync(path, `${path}.away`), /all answers so far are in \S+\.away; move it back/],
];

for (const [what, happen, message] of EVENTS) {
	test.serial(`a job whose output is ${what} exits with 1, and can be gone on with`, async (t) => {
		const path = at(`${what}.jsonl`);
		const job = startJob(t, at("in.jsonl"), path, "slow", "report");
		await job.ended(50);
		happen(path);
		const { code, stdout, stderr } = await job.done;
		t.deepEqual([code, stdout], [1, ""], "and no report says that all went well");
		t.regex(said(stderr), message);
		if (what === "moved") renameSync(`${path}.away`, path);
		if (what === "moved") t.true(idsIn(path).length >= 40);
		t.is((await startJob(t, at("in.jsonl"), path, "resume").done).code, 0);
		complete(t, `${what}.jsonl`);
	});
}

test.serial("a file that may not grow any more is an error, and --resume goes on", async (t) => {
	const limited = await startShell(t, "ulimit -f 32; exec $JOB long.jsonl limited.jsonl report", folder).done;
	t.deepEqual([limited.code, limited.stdout], [1, ""]);
	t.regex(said(limited.stderr), /^tsmpi: aborted: Cannot write \S+limited\.jsonl: EFBIG: .*\n$/);
	t.is((await startJob(t, at("long.jsonl"), at("limited.jsonl"), "resume").done).code, 0);
	complete(t, "limited.jsonl");
});

/** A small disk of its own, which only the shell's processes see. */
const ON_A_SMALL_DISK = `
mkdir -p disk && mount -t tmpfs -o size=192k none disk || exit 77
cd disk && $JOB ../long.jsonl o.jsonl report
echo "first: $?" >&2
mount -o remount,size=4m . && $JOB ../long.jsonl o.jsonl resume
echo "second: $?" >&2
cp o.jsonl ../disk.jsonl
`;

test.serial("a full disk is an error, and --resume goes on once there is room", async (t) => {
	const job = startShell(
		t,
		`unshare --mount bash -c '${ON_A_SMALL_DISK}' || unshare -rm bash -c '${ON_A_SMALL_DISK}'`,
		folder,
	);
	const { stdout, stderr } = await job.done;
	if (!/^first: /m.test(stderr)) {
		t.log(`SKIPPED: no file system can be mounted here: ${stderr}`);
		t.pass();
		return;
	}
	t.is(stdout, "", "no report");
	t.regex(said(stderr), /^tsmpi: aborted: Cannot write \S+o\.jsonl: ENOSPC: .*\nfirst: 1\nsecond: 0\n$/);
	complete(t, "disk.jsonl");
});

test.serial(
	"pipes take answers: standard output, a reader that leaves, a process substitution",
	async (t) => {
		const out = await startShell(t, "$JOB in.jsonl /dev/stdout | cat", folder).done;
		t.deepEqual([out.code, out.stdout.trimEnd().split("\n").length], [0, COUNT]);
		const left = await startShell(
			t,
			"set -o pipefail; $JOB long.jsonl /dev/stdout slow | head -n 1 >/dev/null",
			folder,
		).done;
		t.deepEqual(
			[left.code, said(left.stderr)],
			[1, "tsmpi: aborted: Cannot write /dev/stdout: nobody reads it any more\n"],
		);
		const counted = await startShell(t, "$JOB in.jsonl >(wc -l >count.txt; echo counted)", folder);
		await once(counted.child, "close");
		t.is(readFileSync(at("count.txt"), "utf8").trim(), `${COUNT}`);
		const file = await startShell(t, "$JOB in.jsonl /dev/stdout >all.txt", folder).done;
		t.is(file.code, 1);
		t.regex(
			said(file.stderr),
			/Cannot write the answers to \/dev\/stdout: it is a file that the output of this program goes to/,
		);
	},
);
