import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { readApiKey } from "../../../src/llama/engine/endpoint/api-key.ts";
import { JobError, parseOptions } from "../../../src/llama/index.ts";
import { temporaryFolder } from "../support/models.ts";

const folder = temporaryFolder();
const parse = (...argv: string[]) => parseOptions(argv, "prog.js");

test("parseOptions() reads the choice of an engine", (t) => {
	t.like(parse("--llama-server", "/opt/llama-server", "--engine-args", "--flash-attn on"), {
		engine: "auto",
		llamaServer: "/opt/llama-server",
		engineArgs: ["--flash-attn", "on"],
	});
	t.like(parse("--endpoint", "http://a:1, https://b/v1", "--api-key-file=k", "--request-timeout", "1.5"), {
		engine: "endpoint",
		endpoints: ["http://a:1", "https://b/v1"],
		apiKeyFile: "k",
		requestTimeout: 1.5,
	});
});

test("--engine-args is split at spaces outside of quotation marks", (t) => {
	const split = (text: string) => parse("--engine-args", text).engineArgs;
	t.deepEqual(parse().engineArgs, []);
	t.deepEqual(split(` -a  "b c" --d='e f'g "" `), ["-a", "b c", "--d=e fg", ""]);
	t.deepEqual(split("--path a\\ b"), ["--path", "a b"]);
});

const ENGINES = "auto, node-llama-cpp, llama-server, endpoint";
const URL_FORM = "it takes a URL like http://127.0.0.1:8080 or https://host/v1";
const MISTAKES: readonly (readonly [readonly string[], string])[] = [
	[["--engine", "vllm"], `Cannot use --engine vllm: it takes ${ENGINES}`],
	[["--engine", "endpoint"], "Cannot use --engine endpoint without --endpoint URL"],
	[["--endpoint", "localhost:8090"], `Cannot use the endpoint localhost:8090: ${URL_FORM}`],
	[["--endpoint", "http://a,"], `Cannot use the endpoint : ${URL_FORM}`],
	[
		["--endpoint", "http://a", "--engine", "llama-server"],
		"Cannot use --endpoint http://a: the engine is llama-server",
	],
	[["--api-key-file", "k"], "Cannot use --api-key-file k: only an endpoint has an API key"],
	[
		["--llama-server", "x", "--engine=node-llama-cpp"],
		"Cannot use --llama-server x: the engine is node-llama-cpp",
	],
	[
		["--engine-args", "-x", "--endpoint", "http://a"],
		"Cannot use --engine-args -x: only llama-server takes arguments",
	],
	[["--engine-args", "-x 'y"], "Cannot read --engine-args -x 'y: a quote is not closed"],
	[
		["--request-timeout", "0"],
		"Cannot use --request-timeout 0: it takes seconds, more than 0 and at most 1000000",
	],
	[
		["--request-timeout", "soon"],
		"Cannot use --request-timeout soon: it takes seconds, more than 0 and at most 1000000",
	],
];
for (const [argv, message] of MISTAKES) {
	test(`parseOptions() refuses ${argv.join(" ")}`, (t) => {
		const error = t.throws(() => parse(...argv), { instanceOf: JobError, message });
		t.is(error?.exitCode, 2);
	});
}

test("readApiKey() takes the first line of the file, else what the environment has", async (t) => {
	const path = join(folder, "key");
	writeFileSync(path, " secret \nsecond line\n");
	t.is(await readApiKey(path, { LLAMA_API_KEY: "other" }), "secret");
	t.is(await readApiKey(undefined, { LLAMA_API_KEY: "llama", OPENAI_API_KEY: "openai" }), "llama");
	t.is(await readApiKey(undefined, { LLAMA_API_KEY: "", OPENAI_API_KEY: "openai" }), "openai");
	t.is(await readApiKey(undefined, {}), undefined);
	writeFileSync(path, "\nsecret\n");
	await t.throwsAsync(readApiKey(path), { instanceOf: JobError, message: /its first line is empty$/ });
	await t.throwsAsync(readApiKey(join(folder, "none")), {
		instanceOf: JobError,
		message: /^Cannot read the API key in \S+none: ENOENT/,
	});
});
