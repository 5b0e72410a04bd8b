import { readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import test, { type ExecutionContext } from "ava";
import OpenAI from "openai";
import { DataFolder } from "../../../../src/llama/gateway/files/data-folder.ts";
import { FileStore } from "../../../../src/llama/gateway/files/file-store.ts";
import { storeUpload } from "../../../../src/llama/gateway/files/upload.ts";
import { Raw } from "../http/support/serve.ts";
import { folder, lines, type Stage, stage, upload } from "./stage.ts";

const stored = ({ dataDir }: Stage) => readdir(join(dataDir, "files"));

/** A part of a form. */
function part(name: string, text: string, filename?: string): string {
	const file = filename === undefined ? "" : `; filename="${filename}"`;
	return `--b\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n${text}\r\n`;
}

const END = "--b--\r\n";
const PURPOSE = part("purpose", "batch");

async function send({ served }: Stage, body: string, type = "multipart/form-data; boundary=b") {
	const headers = { "content-type": type };
	const response = await fetch(`${served.url}/v1/files`, { method: "POST", headers, body });
	const answer = (await response.json()) as { error?: { message: string; param: string | null } };
	return { status: response.status, answer, error: answer.error };
}

test("a file is sent, listed, read and deleted, as OpenAI's client does it", async (t) => {
	const on = await stage(t);
	const { client, served, dataDir } = on;
	const text = `${lines(2).join("\n")}\n`;
	const file = await upload(client, text);
	t.like(file, { object: "file", bytes: text.length, filename: "in.jsonl", purpose: "batch" });
	t.is(file.status, "processed");
	t.deepEqual(await client.files.retrieve(file.id), file);
	t.is(await (await client.files.content(file.id)).text(), text);
	t.is((await stat(dataDir)).mode & 0o777, 0o700);
	t.is((await stat(join(dataDir, "files", file.id))).mode & 0o777, 0o600);
	const head = await fetch(`${served.url}/v1/files/${file.id}/content`, { method: "HEAD" });
	t.is(head.headers.get("content-length"), `${text.length}`);
	t.deepEqual(await client.files.delete(file.id), { id: file.id, object: "file", deleted: true });
	await t.throwsAsync(client.files.retrieve(file.id), { instanceOf: OpenAI.NotFoundError });
	await t.throwsAsync(client.files.delete(file.id), { instanceOf: OpenAI.NotFoundError });
	t.deepEqual(await stored(on), []);
});

test("files are listed in pages, by purpose and order; a page's mark may be gone", async (t) => {
	const { client } = await stage(t);
	const ids: string[] = [];
	for (let i = 0; i < 5; i++) ids.push((await upload(client, `{"i": ${i}}`, i === 2 ? "evals" : "batch")).id);
	const newest = [...ids].reverse();
	t.deepEqual(
		(await client.files.list()).data.map(({ id }) => id),
		newest,
	);
	const page = await client.files.list({ limit: 2 });
	t.true(page.has_more);
	await client.files.delete(newest[1] ?? "");
	const seen: string[] = [];
	for await (const { id } of page) seen.push(id);
	t.deepEqual(seen, newest);
	const others = newest.filter((id) => id !== newest[1] && id !== ids[2]);
	const batches = await client.files.list({ purpose: "batch", order: "asc" });
	t.deepEqual(
		batches.data.map(({ id }) => id),
		others.reverse(),
	);
	for (const query of [{ limit: 0 }, { limit: 10_001 }, { order: "up" as "asc" }]) {
		const error = await t.throwsAsync(client.files.list(query), { instanceOf: OpenAI.BadRequestError });
		t.is(error?.param, Object.keys(query)[0]);
	}
});

test("a file that is to expire is gone then, and its bytes too", async (t) => {
	const path = join(await folder(t), "data");
	const data = await DataFolder.open(path);
	const store = await FileStore.open(data);
	const body = `${PURPOSE}${part("expires_after[anchor]", "created_at")}${part("expires_after[seconds]", "3600")}`;
	const headers = { "content-type": "multipart/form-data; boundary=b" };
	const sent = (text: string) => storeUpload(headers, Readable.from([Buffer.from(text)]), store, 100);
	const file = await sent(`${body}${part("file", "{}", "a")}${END}`);
	t.is((file.expires_at ?? 0) - file.created_at, 3600);
	await t.throwsAsync(sent(`${body.replace("3600", "5")}${part("file", "{}", "a")}${END}`), {
		message: /^"expires_after" is .*3600 to 2592000/,
	});
	const over = store.create();
	await writeFile(over.path, "x");
	const { id } = await over.keep({ filename: "b", purpose: "batch", seconds: 0 });
	t.is(store.get(id), undefined);
	t.deepEqual(
		(await store.list()).map(({ id: each }) => each),
		[file.id],
	);
	t.deepEqual((await readdir(data.files)).sort(), [file.id, `${file.id}.json`]);
	await data.release();
});

test("a form that lacks something, or has too much, is an error that names it, and leaves nothing", async (t) => {
	const on = await stage(t);
	const file = part("file", "{}", "a.jsonl");
	const cases: [body: string, param: string | null, message: RegExp, type?: string][] = [
		[`${PURPOSE}${END}`, "file", /has no "file"/],
		[`${PURPOSE}${file}${file}${END}`, "file", /more than one/],
		[`${PURPOSE}${part("other", "{}", "a")}${END}`, "file", /has no "file"/],
		[`${PURPOSE}${part("file", "", "a.jsonl")}${END}`, "file", /is empty/],
		[`${file}${END}`, "purpose", /no "purpose"/],
		[`${part("purpose", "fun")}${file}${END}`, "purpose", /"fun"/],
		[`${PURPOSE}${file}${END}`, null, /A form is needed/, "application/json"],
		[`${PURPOSE}${file}${END}`, null, /Boundary not found/, "multipart/form-data"],
		[`${PURPOSE}${file}`.slice(0, -6), null, /Unexpected end/],
		[`${PURPOSE}${file}${END}`, null, /Unexpected end|cannot be read/, "multipart/form-data; boundary=c"],
		["", null, /Unexpected end|cannot be read/],
	];
	for (const [body, param, message, type] of cases) {
		const { status, error } = await send(on, body, type);
		t.is(status, 400, body);
		t.regex(error?.message ?? "", message);
		t.is(error?.param ?? null, param, body);
		t.false(error?.message.includes(on.dataDir));
	}
	t.deepEqual(await stored(on), []);
	t.deepEqual(on.bugs, []);
});

test("the name of a file is a name, whatever path it has, and leads nowhere", async (t) => {
	const on = await stage(t);
	for (const [name, kept] of [
		["../../etc/passwd", "passwd"],
		["C:\\\\temp\\\\a.jsonl", "a.jsonl"],
		["", "upload.jsonl"],
	]) {
		const { status, answer } = await send(on, `${PURPOSE}${part("file", "{}", name)}${END}`);
		t.is(status, 200);
		t.like(answer, { filename: kept });
	}
	t.is((await stored(on)).length, 6);
});

test("an id that would lead out of the folder is one that nothing has", async (t) => {
	const { served, client } = await stage(t);
	const { id } = await upload(client, "{}");
	for (const bad of ["..%2f..%2fserver.lock", `${id}.json`, `x%2f..%2f${id}`, "%00", "..%5cserver"]) {
		for (const path of [`files/${bad}`, `files/${bad}/content`, `batches/${bad}`]) {
			t.is((await fetch(`${served.url}/v1/${path}`)).status, 404, path);
		}
		const deleted = await fetch(`${served.url}/v1/files/${bad}`, { method: "DELETE" });
		t.is(deleted.status, 404, bad);
	}
	t.is((await client.files.list()).data.length, 1);
});

test("a client that leaves while it sends leaves nothing behind", async (t) => {
	const on = await stage(t);
	const body = `${PURPOSE}${part("file", "x".repeat(200_000), "a.jsonl")}`;
	const head = `POST /v1/files HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=b\r\n`;
	const raw = await Raw.open(t, on.served, `${head}Content-Length: 500000\r\n\r\n${body.slice(0, 150_000)}`);
	while ((await stored(on)).length === 0) await new Promise((resolve) => setImmediate(resolve));
	raw.socket.destroy();
	const { status } = await on.served.finish();
	t.true([400, 499].includes(status), `${status}`);
	for (let late = 0; (await stored(on)).length > 0; late++) t.true(late < 10_000, "it is gone soon");
	t.deepEqual(on.bugs, []);
});

test("a body that says it is over the limit is refused at once: 413", async (t) => {
	const on = await stage(t);
	const head = `POST /v1/files HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=b\r\n`;
	const raw = await Raw.open(t, on.served, `${head}Content-Length: ${600 * 2 ** 20}\r\n\r\n`);
	t.regex(await raw.until(/"error"/), /^HTTP\/1.1 413 /);
	t.deepEqual(await stored(on), []);
});

for (const [what, size, status] of [
	["as large as may be", 1000, 200],
	["a byte too large", 1001, 413],
] as const) {
	test(`a file ${what}, of which nobody told the size`, async (t) => {
		t.is(await statusOf(t, size), status);
	});
}

/** What becomes of a file of a size, where 1000 bytes are the most. */
async function statusOf(t: ExecutionContext, size: number): Promise<number> {
	const data = await DataFolder.open(join(await folder(t), "data"));
	const store = await FileStore.open(data);
	const body = Readable.from([Buffer.from(`${PURPOSE}${part("file", "x".repeat(size), "a")}${END}`)]);
	try {
		await storeUpload({ "content-type": "multipart/form-data; boundary=b" }, body, store, 1000);
		t.is((await readdir(data.files)).length, 2);
		return 200;
	} catch (error) {
		t.deepEqual(await readdir(data.files), []);
		return (error as { status: number }).status;
	} finally {
		await data.release();
	}
}

test("what a server that was killed had not done with is taken away at the next start", async (t) => {
	const first = await stage(t);
	const kept = await upload(first.client, "{}");
	await first.close();
	const files = join(first.dataDir, "files");
	for (const name of ["file-1.part", "file-2", "file-3.json.part"]) await writeFile(join(files, name), "x");
	const second = await stage(t, { dataDir: first.dataDir });
	t.deepEqual((await stored(second)).sort(), [kept.id, `${kept.id}.json`]);
	t.deepEqual(await second.client.files.retrieve(kept.id), kept);
});
