import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { isLoopback, readKeys } from "../../../../src/llama/gateway/http/keys.ts";
import { temporaryFolder } from "../../support/models.ts";

const folder = temporaryFolder();

async function keyFile(name: string, text: string | Buffer, mode = 0o600): Promise<string> {
	const file = join(folder, name);
	await writeFile(file, text);
	await chmod(file, mode);
	return file;
}

test("a file has a key a line, and comments", async (t) => {
	const warnings: string[] = [];
	const file = await keyFile("good", "\uFEFF# of the team\nsk-1\r\n\n  sk-2  \n#sk-3\nsk#4", 0o400);
	t.deepEqual(await readKeys(file, (line) => warnings.push(line)), ["sk-1", "sk-2", "sk#4"]);
	t.deepEqual(warnings, []);
});

test("a file that others may read or write is used, with a warning", async (t) => {
	for (const mode of [0o640, 0o604, 0o620]) {
		const warnings: string[] = [];
		const file = await keyFile(`open-${mode}`, "sk-1\n", mode);
		t.deepEqual(await readKeys(file, (line) => warnings.push(line)), ["sk-1"]);
		t.is(warnings.length, 1);
		t.regex(warnings[0] ?? "", new RegExp(`${file} \\(mode ${mode.toString(8)}\\): chmod 600`));
	}
});

test("a file without a key, or with what is none, is refused in one line that does not show it", async (t) => {
	await t.throwsAsync(readKeys(join(folder, "none")), {
		message: /^Cannot read the API keys in .*none: ENOENT[^\n]*$/,
	});
	await t.throwsAsync(readKeys(folder), { message: /^Cannot read the API keys in .*EISDIR/ });
	await t.throwsAsync(readKeys(await keyFile("empty", "")), {
		message: /^Cannot use the API keys in .* has none/,
	});
	await t.throwsAsync(readKeys(await keyFile("comments", "# a\n\n")), { message: /has none/ });
	const error = await t.throwsAsync(readKeys(await keyFile("blank", "sk-1\nsk-2 secret\n")));
	t.regex(error?.message ?? "", /^Cannot use line 2 of /);
	t.false(error?.message.includes("secret"));
	await t.throwsAsync(readKeys(await keyFile("nul", "sk-1\0\n")), { message: /^Cannot use line 1 of / });
});

test("isLoopback() knows the addresses that only this host reaches", (t) => {
	for (const host of [
		"127.0.0.1",
		"127.1.2.3",
		"::1",
		"localhost",
		"LocalHost",
		"0:0:0:0:0:0:0:1",
		"::ffff:127.0.0.1",
	]) {
		t.true(isLoopback(host), host);
	}
	for (const host of [
		"0.0.0.0",
		"::",
		"10.0.0.1",
		"example.com",
		"",
		"localhost.evil.example",
		"128.0.0.1",
		"::ffff:10.0.0.1",
	]) {
		t.false(isLoopback(host), host);
	}
});
