import { execFileSync } from "node:child_process";
import { statfs, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import OpenAI from "openai";
import { batchWhen, begin, folder, lines, outputOf, stage, until, upload } from "./stage.ts";

/** A file system of a size; undefined where this user may not have one. */
async function smallDisk(t: ExecutionContext, kib: number): Promise<string | undefined> {
	const path = await folder(t);
	try {
		execFileSync("mount", ["-t", "tmpfs", "-o", `size=${kib}k`, "tmpfs", path], { stdio: "ignore" });
	} catch {
		t.log("SKIPPED: this user may not mount a small file system");
		t.pass();
		return undefined;
	}
	t.teardown(() => execFileSync("umount", ["-l", path]));
	return path;
}

/** Leaves no room on a disk. */
async function fill(path: string): Promise<void> {
	const { bavail, bsize } = await statfs(path);
	await writeFile(join(path, "filler"), Buffer.alloc(bavail * bsize));
}

test("a folder that may not be written any more: one line at the start, an answer without a path later", async (t) => {
	const disk = await smallDisk(t, 256);
	if (disk === undefined) return;
	const dataDir = join(disk, "data");
	const { client, printed, close } = await stage(t, { dataDir });
	const { id } = await upload(client, lines(1));
	execFileSync("mount", ["-o", "remount,ro", disk]);
	const error = await t.throwsAsync(upload(client, lines(1)), { instanceOf: OpenAI.APIError });
	t.like(error, { status: 500, code: "disk_error" });
	t.false(error?.message.includes(disk));
	t.regex(printed[0] ?? "", /EROFS/);
	t.is((await client.files.retrieve(id)).id, id);
	await close();
	await t.throwsAsync(stage(t, { dataDir }), {
		code: "ERR_JOB",
		message: /^Cannot use --data-dir .*EROFS[^\n]*$/,
	});
});

test("a full disk is an answer 507 for who sends files, and leaves nothing", async (t) => {
	const disk = await smallDisk(t, 256);
	if (disk === undefined) return;
	const { client, dataDir, printed } = await stage(t, { dataDir: join(disk, "data") });
	const { id } = await upload(client, lines(1));
	const error = await t.throwsAsync(upload(client, "x".repeat(400_000)), { instanceOf: OpenAI.APIError });
	t.like(error, { status: 507, code: "disk_full" });
	t.false(error?.message.includes(dataDir));
	t.regex(printed.join("\n"), /ENOSPC/);
	t.deepEqual(
		(await client.files.list()).data.map((file) => file.id),
		[id],
	);
	await fill(disk);
	const wish = { input_file_id: id, endpoint: "/v1/chat/completions", completion_window: "24h" } as const;
	t.is((await t.throwsAsync(client.batches.create(wish), { instanceOf: OpenAI.APIError }))?.status, 507);
	await unlink(join(disk, "filler"));
	const batch = await client.batches.create(wish);
	t.is((await batchWhen(client, batch.id)).status, "completed");
});

test("a batch waits for a disk that is full, tells the operator once, and ends when there is room", async (t) => {
	const disk = await smallDisk(t, 512);
	if (disk === undefined) return;
	const { client, rank, printed, bugs } = await stage(t, { dataDir: join(disk, "data"), answers: false });
	const { id } = await begin(client, lines(4));
	await until(() => rank.ids.length === 2);
	await fill(disk);
	let answered = 0;
	const answer = () => {
		for (; answered < rank.ids.length; answered++) rank.answer(rank.ids[answered] ?? -1);
		return printed.length > 0;
	};
	await until(answer);
	t.regex(printed[0] ?? "", /waits for the disk: .*ENOSPC/);
	t.is((await client.batches.retrieve(id)).status, "in_progress");
	await unlink(join(disk, "filler"));
	const done = await batchWhen(client, id, ({ status }) => {
		answer();
		return status === "completed";
	});
	t.deepEqual(done.request_counts, { total: 4, completed: 4, failed: 0 });
	t.is((await outputOf(client, done.output_file_id)).length, 4);
	t.is(printed.length, 1);
	t.deepEqual(bugs, []);
});
