import { fileURLToPath, pathToFileURL } from "node:url";
import test, { type ExecutionContext } from "ava";
import { JobError } from "../../../../src/llama/errors.ts";
import { startTracing } from "../../../../src/llama/gateway/trace/sdk/start-tracing.ts";
import { runNode } from "../../../support/run-node.ts";
import { arrival, call, wellEnded } from "./support/calls.ts";
import { type Collector, startCollector } from "./support/collector.ts";

const PROGRAM = path("traced");
const imported = (name: string) => ["--import", pathToFileURL(path(name)).href];

function path(name: string): string {
	return fileURLToPath(new URL(`programs/${name}.js`, import.meta.url));
}

async function collector(t: ExecutionContext, status?: number | null): Promise<Collector> {
	const made = await startCollector(status);
	t.teardown(() => made.close());
	return made;
}

function endedAfter(stdout: string): number {
	return Number(/ended after (\d+) ms/.exec(stdout)?.[1]);
}

test("without an SDK and an address nothing is recorded, and a client's trace is passed on", async (t) => {
	const tracing = await startTracing({ env: {}, tell: (line) => t.fail(line) });
	t.is(tracing.request(arrival()), undefined);
	t.notThrows(() => tracing.ended(call(0, undefined), wellEnded(0, [])));
	const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
	const passed = tracing.request(arrival({ traceparent, tracestate: "a=1" }));
	t.deepEqual(passed?.headers, { traceparent, tracestate: "a=1" });
	t.false(passed?.recording);
	t.notThrows(() => passed?.finish(200));
	await tracing.close();
});

test("OTEL_SDK_DISABLED and OTEL_TRACES_EXPORTER=none send nothing", async (t) => {
	const { url, requests } = await collector(t);
	const address = { OTEL_EXPORTER_OTLP_ENDPOINT: url };
	for (const env of [{ OTEL_SDK_DISABLED: "true" }, { OTEL_TRACES_EXPORTER: "none" }]) {
		const tracing = await startTracing({ env: { ...address, ...env }, tell: (line) => t.fail(line) });
		t.is(tracing.request(arrival()), undefined);
		await tracing.close();
	}
	t.is(requests.length, 0);
});

test("an address that is none is a mistake, of the option or of a variable", async (t) => {
	const tell = (line: string) => t.fail(line);
	const option = await t.throwsAsync(startTracing({ otlp: "localhost:4318", env: {}, tell }), {
		instanceOf: JobError,
		message:
			'Cannot send traces to --otlp "localhost:4318": it takes a URL that begins with http:// or https://',
	});
	t.is(option?.exitCode, 2);
	const env = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "nowhere" };
	const variable = await t.throwsAsync(startTracing({ env, tell }), {
		instanceOf: JobError,
		message: /^Cannot send traces to OTEL_EXPORTER_OTLP_TRACES_ENDPOINT "nowhere"/,
	});
	t.is(variable?.exitCode, 1);
});

test("OpenTelemetry's variables say where to, as whom, with which headers, and how much", async (t) => {
	const { url, spans, requests } = await collector(t);
	const { code, stderr } = await runNode([PROGRAM], {
		OTEL_EXPORTER_OTLP_ENDPOINT: `${url}/base`,
		OTEL_EXPORTER_OTLP_HEADERS: "x-tenant=blue",
		OTEL_SERVICE_NAME: "llms",
		OTEL_RESOURCE_ATTRIBUTES: "deployment.environment=test%20bed,service.name=other",
	});
	t.deepEqual([code, stderr], [0, ""]);
	t.deepEqual(
		requests.map(({ path, headers }) => [path, headers["x-tenant"]]),
		[["/base/v1/traces", "blue"]],
	);
	t.is(spans[0]?.resource["service.name"], "llms");
	t.is(spans[0]?.resource["deployment.environment"], "test bed");
	const none = await runNode([PROGRAM, url], { OTEL_TRACES_SAMPLER: "always_off" });
	t.regex(none.stdout, /^00-[\da-f]{32}-[\da-f]{16}-00$/m);
	t.is(requests.length, 1);
});

test("an SDK that is not installed is one line that names what to install", async (t) => {
	const { code, stderr } = await runNode([...imported("no-sdk"), PROGRAM, "http://127.0.0.1:4318"]);
	t.is(code, 1);
	t.is(
		stderr,
		"Cannot send traces to http://127.0.0.1:4318/v1/traces: OpenTelemetry's SDK is not installed here; run: npm install @opentelemetry/sdk-trace-node @opentelemetry/exporter-trace-otlp-http\n",
	);
	const without = await runNode([...imported("no-sdk"), PROGRAM]);
	t.deepEqual([without.code, without.stderr], [0, ""], "nobody else needs it");
	t.regex(without.stdout, /^no trace$/m);
});

test("a collector that is down, refuses or says nothing: one line, and the end comes in time", async (t) => {
	const down = await collector(t);
	down.close();
	const refuses = await collector(t, 400);
	const silent = await collector(t, null);
	for (const [{ url }, reason] of [
		[down, /ECONNREFUSED/],
		[refuses, /status 400/],
		[silent, /timed out/],
	] as const) {
		const { code, stdout, stderr } = await runNode([PROGRAM, url]);
		t.is(code, 0);
		t.is(stderr.trimEnd().split("\n").length, 1, stderr);
		t.true(stderr.startsWith(`traces cannot be sent to ${url}/v1/traces: `), stderr);
		t.regex(stderr, reason);
		// A little more for a machine that has other work: a retry that went on would take 10 s.
		t.true(endedAfter(stdout) <= 3000, stdout);
	}
});

test("an SDK of the user's own has the spans, and --otlp is not set above it", async (t) => {
	const [theirs, ours] = [await collector(t), await collector(t)];
	const env = { OTEL_EXPORTER_OTLP_ENDPOINT: theirs.url };
	const { code, stderr } = await runNode([...imported("own-sdk"), PROGRAM], env);
	t.deepEqual([code, stderr], [0, ""]);
	t.deepEqual(theirs.spans.map(({ name }) => name).sort(), [
		...["POST /v1/chat/completions", "chat tiny", "decode", "prefill", "queue"],
	]);
	const told = await runNode([...imported("own-sdk"), PROGRAM, ours.url], env);
	t.is(
		told.stderr,
		`--otlp ${ours.url} is not used: an OpenTelemetry SDK runs in this process already, and sends the traces\n`,
	);
	t.is(theirs.spans.length, 10);
	t.deepEqual(new Set(theirs.spans.map(({ kind }) => kind)), new Set([1, 2]));
	theirs.spans.length = 0;
	await runNode([...imported("own-sdk"), PROGRAM, "", "inside"], env);
	const [outer] = theirs.spans.filter(({ name }) => name === "GET");
	const [mine] = theirs.spans.filter(({ name }) => name === "POST /v1/chat/completions");
	t.deepEqual([mine?.kind, mine?.parentSpanId], [1, outer?.spanId], "INTERNAL, below what is there already");
	t.is(ours.spans.length, 0);
});
