import test from "ava";
import { ArgumentError } from "../../src/base/errors.ts";
import { init } from "../../src/index.ts";
import {
	atRoot,
	complete,
	conclude,
	connectEndpoint,
	Digest,
	ensureDemoModel,
	everywhere,
	forEachSetting,
	formatReport,
	fromRoot,
	jsonReport,
	loadOptions,
	loadReport,
	markdownReport,
	measureCache,
	mergeStatistics,
	planLoad,
	prepareReport,
	runJob,
	runLoad,
	shareHost,
	startEngine,
	startEngines,
	startMeasurement,
	startProgressBar,
	validateModel,
	warmUp,
	writeDemoModel,
	writeReport,
} from "../../src/llama/index.ts";
import { EchoEngine } from "./support/engines.ts";
import { recorded } from "./support/statistics.ts";

/** A world of one. */
const mpi = await init();
const engine = new EchoEngine();
const statistics = [recorded(0, [{ totalMs: 10 }])];
const report = mergeStatistics(statistics);
const outcome = { statistics, delivery: { retried: 0, requeued: 0, lost: 0, duplicate: 0 } };

/**
 * Calls as plain JavaScript may make them: the function, its arguments, and what the error's text must say.
 */
const MISTAKES: readonly (readonly [(...args: never[]) => unknown, readonly unknown[], string])[] = [
	[
		startEngine,
		[{ modle: "m.gguf" }],
		'Cannot start an engine: unknown option "modle": did you mean "model"?',
	],
	[startEngine, [{ gpu: "amd" }], '"gpu" must be "auto", "cuda" or "cpu", not "amd"'],
	[
		startEngine,
		[{ gpuLayers: -1 }],
		'"gpuLayers" must be "auto" or "max" or a whole number from 0 up, not -1',
	],
	[startEngine, [{ engine: "endpoint" }], '"engine" must be "auto", "node-llama-cpp" or "llama-server"'],
	[startEngine, [{ engineArgs: "--fit off" }], '"engineArgs" must be a list of strings, not "--fit off"'],
	[startEngine, ["m.gguf"], 'its options must be an object, not "m.gguf"'],
	[
		startEngines,
		[mpi, { modle: "m.gguf" }],
		'Cannot start engines: unknown option "modle": did you mean "model"?',
	],
	[startEngines, [mpi, { slots: "4" }], '"slots" must be a number, not "4"'],
	[startEngines, [mpi, { inflight: 4 }], 'unknown option "inflight"'],
	[
		startEngines,
		[mpi, { maxRestarts: Number.NaN }],
		'"maxRestarts" must be a whole number from 0 up, not NaN',
	],
	[startEngines, [mpi, { requestTimeout: 0 }], '"requestTimeout" must be a number of seconds above 0'],
	[startEngines, [mpi, { engine: "endpoint" }], 'the engine "endpoint" needs the option "endpoints"'],
	[startEngines, [mpi, { engine: "auto", endpoints: ["http://h"] }], 'only the engine "endpoint" takes'],
	[startEngines, [{ model: "m.gguf" }], "mpi must be what init() resolves to, not an object"],
	[startEngines, [], "mpi must be what init() resolves to, not undefined"],
	[connectEndpoint, [], 'option "endpoint" is missing: it must be a string'],
	[
		connectEndpoint,
		[{ endpoint: "http://h", apikey: "k" }],
		'unknown option "apikey": did you mean "apiKey"?',
	],
	[connectEndpoint, [{ endpoint: "http://h", retries: -1 }], '"retries" must be a whole number from 0 up'],
	[complete, [undefined, "a"], "engine must be an engine, not undefined"],
	[
		complete,
		[engine, 7],
		"prompt must be a string, a list of messages with a role and a content or a list of token ids, not 7",
	],
	[complete, [engine, [{ role: "user" }]], "prompt must be a string, a list of messages"],
	[complete, [engine, "a", { maxToken: 3 }], 'unknown option "maxToken": did you mean "maxTokens"?'],
	[complete, [engine, "a", { maxTokens: "3" }], '"maxTokens" must be a number, not "3"'],
	[complete, [engine, "a", { stop: "." }], '"stop" must be a list of strings, not "."'],
	[complete, [engine, "a", { signal: true }], '"signal" must be an AbortSignal, not true'],
	[warmUp, [engine, { warmup: 3 }], 'unknown option "warmup"'],
	[warmUp, [engine, { requests: -1 }], '"requests" must be a whole number from 0 up, not -1'],
	[warmUp, [{}], "engine must be an engine, not an object"],
	[shareHost, [mpi, { gpu: "amd" }], '"gpu" must be "auto", "cuda" or "cpu", not "amd"'],
	[shareHost, [mpi, "cpu"], 'its options must be an object, not "cpu"'],
	[forEachSetting, [mpi, undefined], "run must be a function, not undefined"],
	[forEachSetting, [mpi, { axis: "np" }, async () => {}], 'option "settings" is missing'],
	[
		forEachSetting,
		[mpi, { axis: "np", settings: [{}] }, async () => {}],
		'"settings" must be a list of settings',
	],
	[
		startMeasurement,
		[mpi, engine, { timelines: true }],
		'unknown option "timelines": did you mean "timeline"?',
	],
	[
		startMeasurement,
		[mpi, engine, { slo: { ttft: 0, share: 99 } }],
		'"slo" must be limits in milliseconds such as',
	],
	[startMeasurement, [mpi], "engine must be an engine, not undefined"],
	[measureCache, [engine, "a"], 'prompts must be a list of prompts, not "a"'],
	[measureCache, [engine, [], { nonces: "" }], 'unknown option "nonces": did you mean "nonce"?'],
	[mergeStatistics, [], "ranks must be a list of what measurements gave, not undefined"],
	[mergeStatistics, [statistics, { modle: "m" }], 'unknown option "modle": did you mean "model"?'],
	[
		mergeStatistics,
		[statistics, { minSuccess: 101 }],
		'"minSuccess" must be a number from 0 to 100, not 101',
	],
	[prepareReport, [mpi, { jsn: "r.json" }], 'unknown option "jsn": did you mean "json"?'],
	[conclude, [{}], "its outcome must be what runBatch gave or what forEachSetting gave, not an object"],
	[conclude, [outcome, { html: true }], '"html" must be a string, not true'],
	[loadOptions, ["--url", "load.js"], 'argv must be a list of strings, not "--url"'],
	[planLoad, [{ url: "http://host" }], "options must be what loadOptions() gives, not an object"],
	[loadReport, [{ url: "", headers: [] }, 0], "ranks must be a whole number from 1 up, not 0"],
	[runLoad, [mpi, {}], "plan must be what planLoad() resolves to, not an object"],
	[writeReport, [report, statistics, { jsn: "r.json" }], 'unknown option "jsn": did you mean "json"?'],
	[writeReport, [{}, statistics, {}], "report must be a report of mergeStatistics, not an object"],
	[formatReport, [statistics], "report must be a report of mergeStatistics, not an array"],
	[markdownReport, [undefined], "report must be a report of mergeStatistics, not undefined"],
	[jsonReport, ["r"], 'report must be a report of mergeStatistics, not "r"'],
	[startProgressBar, [true, 30], "its options must be an object, not true"],
	[startProgressBar, [{ total: Number.NaN }], '"total" must be a whole number from 0 up, not NaN'],
	[ensureDemoModel, ["huge"], 'its name must be "tiny", "cycle"'],
	[writeDemoModel, [undefined, "tiny"], "its path must be a string, not undefined"],
	[writeDemoModel, ["/tmp/m.gguf", "huge"], 'its name must be "tiny", "cycle"'],
	[validateModel, [7], "its path must be a string, not 7"],
	[fromRoot, [mpi, () => 1], "world must be a communicator, not an object"],
	[atRoot, [mpi.world], "work must be a function, not undefined"],
	[everywhere, [mpi.world, 1], "work must be a function, not 1"],
	[runJob, [async () => {}], "mpi must be what init() resolves to, not a function"],
];

/** Those that answer at once; a mistake in a call of any other rejects and is never thrown. */
const SYNCHRONOUS: readonly unknown[] = [
	mergeStatistics,
	formatReport,
	loadOptions,
	loadReport,
	markdownReport,
	jsonReport,
	startProgressBar,
];

for (const [called, args, text] of MISTAKES) {
	test(`${called.name}() refuses a wrong call: ${text}`, async (t) => {
		const call = () => Reflect.apply(called, undefined, args) as unknown;
		const expected = { instanceOf: ArgumentError, code: "ERR_ARG" };
		const error = SYNCHRONOUS.includes(called)
			? t.throws(call, expected)
			: await t.throwsAsync(call() as Promise<unknown>, expected);
		t.true(error?.message.startsWith("Cannot "), error?.message);
		t.true(error?.message.includes(text), error?.message);
	});
}

test("Digest refuses what is no number", (t) => {
	const digest = new Digest();
	for (const value of [Number.NaN, "3", undefined]) {
		t.throws(() => digest.push(value as number), { instanceOf: ArgumentError, code: "ERR_ARG" });
	}
	t.is(digest.summary().count, 0);
});

test("every option may be left out where a default is possible", async (t) => {
	const measurement = await startMeasurement(mpi, engine);
	await warmUp(engine);
	t.is(engine.mostRunning, 4);
	const cache = await measureCache(engine, ["a", "b"]);
	t.is(cache.promptTokens, 4);
	const share = await shareHost(mpi);
	t.true(share.threads >= 1);
	const own = await measurement.stop();
	const merged = mergeStatistics([own]);
	t.like(merged, { model: "m.gguf", inflight: 4 });
	const runs = await forEachSetting(mpi, undefined, async (part, setting) => {
		t.is(part, mpi);
		return setting;
	});
	t.deepEqual(runs, [{ setting: undefined, value: undefined }]);
	t.is(await conclude(undefined), undefined);
	await prepareReport(mpi);
	startProgressBar().finish();
});
