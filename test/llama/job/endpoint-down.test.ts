import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import test from "ava";
import { tsmpirun } from "../../support/run.ts";
import { SCHED, withoutProgress } from "../support/job.ts";
import { temporaryFolder } from "../support/models.ts";
import { startRecordingServer } from "../support/recording-server.ts";

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const ANSWERS = {
	"/v1/models": { data: [{ id: "m" }] },
	"/v1/chat/completions": [
		{ model: "m", choices: [{ index: 0, delta: { content: "yes" }, finish_reason: "stop" }] },
		{ choices: [], usage: { prompt_tokens: 3, completion_tokens: 1 } },
	],
};

/** The URL of a port that nobody listens on. */
async function deadUrl(): Promise<string> {
	const server = createServer();
	await once(server.listen(0, "127.0.0.1"), "listening");
	const { port } = server.address() as AddressInfo;
	await new Promise((resolve) => server.close(resolve));
	return `http://127.0.0.1:${port}`;
}

test.before(() => writeFileSync(at("in.txt"), "a\nb\nc\nd\ne\nf\n"));

test("the requests of an endpoint that is down go to those that live", async (t) => {
	const server = await startRecordingServer(ANSWERS);
	t.teardown(() => server.close());
	const dead = await deadUrl();
	const out = at("out.jsonl");
	const { code, stdout, stderr } = await tsmpirun(t, [
		...["-np", "2", SCHED, "--in", at("in.txt"), "--out", out, "--max-tokens", "3"],
		...["--endpoint", `${server.url},${dead}`],
	]);
	t.is(code, 0, stderr);
	t.regex(
		withoutProgress(stderr),
		/^rank 1: Cannot reach the endpoint \S+: .*ECONNREFUSED.*go to the others$/m,
	);
	t.regex(stdout, /^success +100 % \(6 of 6 requests, 0 failed\)/);
	t.is(readFileSync(out, "utf8").trimEnd().split("\n").length, 6);
});

test("endpoints that are all down end the job with one line", async (t) => {
	const urls = [await deadUrl(), await deadUrl()].join(",");
	const { code, stderr } = await tsmpirun(t, ["-np", "2", SCHED, "--in", at("in.txt"), "--endpoint", urls]);
	t.is(code, 1);
	t.regex(withoutProgress(stderr), /^tsmpirun: .*Cannot reach the endpoint \S+: .*ECONNREFUSED.*\n$/);
});
