import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import type { Report, Result } from "../../../src/llama/index.ts";
import { tsmpirun } from "../../support/run.ts";
import { API_KEY, LLAMA_SERVER, startBareServer } from "../support/bare-server.ts";
import { SCHED, withoutProgress } from "../support/job.ts";
import { temporaryFolder, writeCycle } from "../support/models.ts";

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const withServer = LLAMA_SERVER === undefined ? test.serial.skip : test.serial;
/** Nothing that this host has of llama-server. */
const NO_SERVER = { LLAMA_SERVER: undefined, XDG_CACHE_HOME: at("cache"), PATH: "/usr/bin:/bin" };

test.beforeEach(() => {
	for (const name of ["out.jsonl", "report.json"]) rmSync(at(name), { force: true });
});
test.before(async () => {
	await writeCycle(at("cycle.gguf"));
	writeFileSync(at("prompts.txt"), "a\nb\nc\nd\n");
});

const JOB = [
	...["-np", "2", SCHED, "--prompts", at("prompts.txt"), "--raw"],
	...["--out", at("out.jsonl"), "--json", at("report.json")],
];
const SHORT = ["--max-tokens", "3"];
const texts = () =>
	readFileSync(at("out.jsonl"), "utf8")
		.trimEnd()
		.split("\n")
		.map((line) => (JSON.parse(line) as Result).text);
const report = () => JSON.parse(readFileSync(at("report.json"), "utf8")) as Report;

for (const engine of ["llama-server", "node-llama-cpp"] as const) {
	const declare = engine === "llama-server" ? withServer : test.serial;
	declare(`--engine ${engine} is what runs, and the report says so`, async (t) => {
		const job = [...JOB, ...SHORT, "--engine", engine, "--model", at("cycle.gguf"), "--gpu", "cpu"];
		const { code, stdout, stderr } = await tsmpirun(t, job);
		t.is(withoutProgress(stderr), "");
		t.is(code, 0);
		t.deepEqual(texts(), ["bcd", "cde", "def", "efg"]);
		t.true(report().per_rank.every((rank) => rank.engine.kind === engine));
		t.regex(stdout, new RegExp(`^engine +${engine} \\S+`, "m"));
	});
}

test.serial(
	"--engine auto takes node-llama-cpp where there is no llama-server; --engine llama-server fails there",
	async (t) => {
		const job = [...JOB, ...SHORT, "--model", at("cycle.gguf"), "--gpu", "cpu"];
		t.is((await tsmpirun(t, job, { env: NO_SERVER })).code, 0);
		t.true(report().per_rank.every(({ engine }) => engine.kind === "node-llama-cpp"));
		const failed = await tsmpirun(t, [...job, "--engine", "llama-server"], { env: NO_SERVER });
		t.is(failed.code, 1);
		t.regex(
			failed.stderr,
			/^tsmpirun: [^\n]+: Cannot find llama-server: neither --llama-server nor LLAMA_SERVER name one, and none is on PATH; [^\n]+\n$/,
		);
		const named = await tsmpirun(t, job, { env: { LLAMA_SERVER: at("nothing") } });
		t.is(named.code, 1);
		t.regex(
			named.stderr,
			/: Cannot run llama-server \S+nothing \(from LLAMA_SERVER\): there is no such program\n$/,
		);
		const arguments_ = await tsmpirun(t, [...job, "--engine-args", "--alias x"], { env: NO_SERVER });
		t.is(arguments_.code, 1);
		t.regex(arguments_.stderr, /: Cannot pass --engine-args: the engine node-llama-cpp takes none\n$/);
	},
);

withServer("--endpoint deals its URLs to the ranks, with the key of a file or the environment", async (t) => {
	const servers = await Promise.all([1, 2].map(() => startBareServer({ model: at("cycle.gguf"), slots: 2 })));
	t.teardown(() => Promise.all(servers.map((server) => server.close())));
	const urls = servers.map(({ url }) => url);
	const job = [...JOB, ...SHORT, "--endpoint", urls.join(",")];
	writeFileSync(at("key"), `${API_KEY}\n`);
	for (const [options, env] of [
		[["--api-key-file", at("key")], {}],
		[[], { LLAMA_API_KEY: API_KEY }],
	] as const) {
		rmSync(at("out.jsonl"), { force: true });
		const { code, stdout, stderr } = await tsmpirun(t, [...job, ...options], { env });
		t.is(withoutProgress(stderr), "");
		t.is(code, 0);
		t.deepEqual(texts(), ["bcd", "cde", "def", "efg"]);
		t.deepEqual(
			report().per_rank.map(({ engine }) => `http://${engine.deviceName}`),
			urls,
		);
		t.is(report().model, at("cycle.gguf"));
		t.regex(stdout, /^engine +endpoint llama\.cpp \S+, 4 slots of 256 tokens$/m);
	}
	const refused = await tsmpirun(t, job, { env: { LLAMA_API_KEY: "another" } });
	t.is(refused.code, 1);
	t.regex(
		refused.stderr,
		/: Rank 0 failed: The endpoint \S+ refused the API key: status 401: Invalid API Key\n$/,
	);
});

test.serial("--request-timeout makes an error of a request that takes longer", async (t) => {
	const job = [...JOB, "--model", at("cycle.gguf"), "--max-tokens", "2000", "--request-timeout", "0.02"];
	const { code, stdout } = await tsmpirun(t, job);
	t.is(code, 1);
	t.regex(stdout, /^ {2}4 x timeout: Cannot finish a request: it took longer than 0\.02 s$/m);
});
