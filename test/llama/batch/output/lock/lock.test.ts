import { spawnSync } from "node:child_process";
import {
	existsSync,
	linkSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import test from "ava";
import { Lock } from "../../../../../src/llama/batch/output/lock/lock.ts";
import { putInPlace, readLock } from "../../../../../src/llama/batch/output/lock/lock-file.ts";
import { type Owner, ownerWith } from "../../../../../src/llama/batch/output/lock/owner.ts";
import { JobError } from "../../../../../src/llama/index.ts";
import { temporaryFolder } from "../../../support/models.ts";

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);

/** A process of this host that has ended. */
function deadPid(): number {
	return spawnSync("true").pid;
}

function writeLock(name: string, changes: Partial<Owner>): void {
	writeFileSync(`${at(name)}.lock`, JSON.stringify({ ...ownerWith("an-old-one"), ...changes }));
}

/** All that is left of a lock: its file, and what is needed to make or break one. */
function traces(name: string): string[] {
	return readdirSync(folder).filter((file) => file.startsWith(`${name}.`));
}

function secondsAgo(name: string, seconds: number): void {
	const time = Date.now() / 1000 - seconds;
	utimesSync(`${at(name)}.lock`, time, time);
}

test("a lock is one process's until it is released, and leaves nothing", async (t) => {
	const lock = await Lock.take(at("one"));
	t.deepEqual(traces("one"), ["one.lock"]);
	await t.throwsAsync(Lock.take(at("one")), {
		instanceOf: JobError,
		message: `Cannot write ${at("one")}: this program writes it already (pid ${process.pid}, ${at("one")}.lock)`,
	});
	await lock.check();
	await lock.release();
	t.deepEqual(traces("one"), []);
	await (await Lock.take(at("one"))).release();
});

test("the lock of another process of this host is named while it lives", async (t) => {
	const { pid, start } = { pid: process.ppid, start: startOf(process.ppid) };
	writeLock("lives", { pid, start, host: "here" });
	secondsAgo("lives", 1000);
	await t.throwsAsync(Lock.take(at("lives")), {
		message: `Cannot write ${at("lives")}: another job writes it: pid ${pid} on host here (${at("lives")}.lock)`,
	});
	t.deepEqual(traces("lives"), ["lives.lock"]);
});

function startOf(pid: number): string {
	const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
	return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

for (const [what, owner] of [
	["has ended", { pid: deadPid() }],
	["has a number that another process has now", { pid: process.pid, start: "1" }],
] as const) {
	test(`the lock of a process that ${what} is taken over at once`, async (t) => {
		const name = `gone-${owner.pid}`;
		writeLock(name, owner);
		const lock = await Lock.take(at(name));
		await lock.check();
		t.deepEqual(traces(name), [`${name}.lock`]);
		await lock.release();
		t.deepEqual(traces(name), []);
	});
}

for (const [what, owner] of [
	["another host", { boot: "another" }],
	["a container beside this one", { namespace: "pid:[1]" }],
] as const) {
	test(`the lock of ${what} ends by its lease alone`, async (t) => {
		const name = `far-${Object.keys(owner)[0]}`;
		// A number that is free here says nothing.
		writeLock(name, { ...owner, host: "there", pid: deadPid() });
		const error = await t.throwsAsync(Lock.take(at(name)));
		t.regex(
			error.message,
			/another job writes it: pid \d+ on host there \(\S+\); if that job is gone, its lock ends in \d\d s$/,
		);
		secondsAgo(name, 50);
		t.regex((await t.throwsAsync(Lock.take(at(name)))).message, /its lock ends in (9|10|11) s$/);
		secondsAgo(name, 61);
		await (await Lock.take(at(name))).release();
	});
}

test("a file that is no lock is left alone", async (t) => {
	writeFileSync(`${at("mine")}.lock`, "my notes\n");
	secondsAgo("mine", 1000);
	await t.throwsAsync(Lock.take(at("mine")), {
		message: `Cannot write ${at("mine")}: ${at("mine")}.lock is no lock of tsmpi's, and its place is needed`,
	});
	t.is(readFileSync(`${at("mine")}.lock`, "utf8"), "my notes\n");
});

test("an empty lock, whose maker may be at it, ends by its lease", async (t) => {
	writeFileSync(`${at("empty")}.lock`, "");
	t.regex((await t.throwsAsync(Lock.take(at("empty")))).message, /another job is about to write it/);
	secondsAgo("empty", 61);
	await (await Lock.take(at("empty"))).release();
});

test("who died while it took a lock over is in nobody's way", async (t) => {
	writeLock("twice", { pid: deadPid() });
	const breaker = { ...ownerWith("a-breaker"), pid: deadPid() };
	writeFileSync(`${at("twice")}.lock.break-an-old-one`, JSON.stringify(breaker));
	const lock = await Lock.take(at("twice"));
	t.deepEqual(traces("twice"), ["twice.lock"]);
	await lock.release();
});

test("of many that take a lock at once one gets it, free or left by the dead", async (t) => {
	for (let round = 0; round < 40; round++) {
		const name = `race-${round}`;
		if (round % 2 === 0) writeLock(name, { pid: deadPid() });
		const results = await Promise.allSettled(Array.from({ length: 12 }, () => Lock.take(at(name))));
		const locks = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
		t.is(locks.length, 1, name);
		await locks[0]?.check();
		t.deepEqual(traces(name), [`${name}.lock`]);
		await locks[0]?.release();
	}
});

test("the owner renews its lock, and stops when another has it", async (t) => {
	const lock = await Lock.take(at("renewed"), { leaseMs: 60_000, renewMs: 1 });
	secondsAgo("renewed", 1000);
	const age = () => Date.now() - statTime("renewed");
	while (age() > 100_000) await new Promise((resolve) => setImmediate(resolve));
	await lock.check();
	writeLock("renewed", { host: "there" });
	const error = await untilRefused(lock);
	t.regex(
		error.message,
		/^Cannot go on with \S+renewed: another job has taken it over \(\S+\); .*--resume goes on$/,
	);
	await lock.release();
	t.true(existsSync(`${at("renewed")}.lock`), "the other's lock stays");
});

test("the owner stops when its lock is removed, or cannot be renewed for longer than it lasts", async (t) => {
	const removed = await Lock.take(at("removed"), { renewMs: 1 });
	rmSync(`${at("removed")}.lock`);
	t.regex((await untilRefused(removed)).message, /its lock \S+ was removed/);

	const stuck = await Lock.take(at("stuck"), { leaseMs: 50, renewMs: 1 });
	renameSync(`${at("stuck")}.lock`, `${at("stuck")}.kept`);
	// What cannot be opened for writing, by whoever: a folder.
	spawnSync("mkdir", [`${at("stuck")}.lock`]);
	t.regex((await untilRefused(stuck)).message, /could not be renewed for too long \(EISDIR/);
	await Promise.all([removed.release(), stuck.release()]);
});

test("an owner that stood still looks at its lock before it writes", async (t) => {
	const lock = await Lock.take(at("still"), { leaseMs: 0, renewMs: 1e6 });
	await lock.check();
	writeLock("still", { host: "there" });
	await t.throwsAsync(lock.check(), { message: /another job has taken it over/ });
	await lock.release();
});

test("where no hard links can be made one of many gets the lock as well", async (t) => {
	const text = `${JSON.stringify(ownerWith("mine"))}\n`;
	const noLinks = async () => {
		throw Object.assign(new Error("no links here"), { code: "EPERM" });
	};
	const results = await Promise.all(
		Array.from({ length: 12 }, () => putInPlace(at("nothing"), at("bare"), text, noLinks)),
	);
	t.is(results.filter((won) => won).length, 1);
	t.is((await readLock(at("bare")))?.owner?.id, "mine");
});

test("a link that a file server has made, without saying so, counts", async (t) => {
	writeFileSync(at("own"), "text");
	linkSync(at("own"), at("place"));
	const deaf = async () => {
		throw Object.assign(new Error("it is there"), { code: "EEXIST" });
	};
	t.true(await putInPlace(at("own"), at("place"), "text", deaf));
	writeFileSync(at("another"), "text");
	t.false(await putInPlace(at("own"), at("another"), "text", deaf));
});

function statTime(name: string): number {
	const { stdout } = spawnSync("stat", ["-c", "%Y", `${at(name)}.lock`], { encoding: "utf8" });
	return Number(stdout) * 1000;
}

/** The lock is looked at every millisecond. AVA's time limit ends it. */
async function untilRefused(lock: Lock): Promise<Error> {
	for (;;) {
		try {
			await lock.check();
		} catch (error) {
			return error as Error;
		}
		await new Promise((resolve) => setImmediate(resolve));
	}
}
