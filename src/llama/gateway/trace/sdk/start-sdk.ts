import type { Tracer } from "@opentelemetry/api";
import { JobError } from "../../../errors.ts";
import { SCOPE } from "../names.ts";
import { resourceOf } from "./resource.ts";
import { toldExporter } from "./told-exporter.ts";

/** So long the end of the program waits for the last spans to be sent. */
const PATIENCE_MS = 2000;
/** So long a sending may take, its retries included: what fails is told before the end, and nothing outlives it. */
const SENDING_MS = 1500;

/** What makes spans and sends them. */
export interface Sdk {
	readonly tracer: Tracer;
	readonly close: () => Promise<void>;
}

/**
 * Starts OpenTelemetry's SDK, of which only this gateway's spans are: nothing is registered for the whole process.
 *
 * @param url The collector's, whole.
 * @param tell Is told once if the collector cannot be reached.
 * @throws {JobError} the SDK is not installed.
 */
export async function startSdk(
	url: string,
	env: NodeJS.ProcessEnv,
	tell: (line: string) => void,
): Promise<Sdk> {
	const [{ NodeTracerProvider, BatchSpanProcessor }, { OTLPTraceExporter }] = await load(url);
	const limited = env.OTEL_EXPORTER_OTLP_TIMEOUT ?? env.OTEL_EXPORTER_OTLP_TRACES_TIMEOUT;
	const otlp = new OTLPTraceExporter({
		url,
		...(limited === undefined ? { timeoutMillis: SENDING_MS } : {}),
	});
	const exporter = toldExporter(otlp, (reason) => tell(`traces cannot be sent to ${url}: ${reason}`));
	const provider = new NodeTracerProvider({
		resource: resourceOf(env),
		spanProcessors: [new BatchSpanProcessor(exporter)],
	});
	return { tracer: provider.getTracer(SCOPE), close: () => inTime(provider.shutdown()) };
}

/** Only here, and only if traces are wanted: the packages are large. */
async function load(url: string) {
	try {
		return await Promise.all([
			import("@opentelemetry/sdk-trace-node"),
			import("@opentelemetry/exporter-trace-otlp-http"),
		]);
	} catch (error) {
		throw new JobError(
			`Cannot send traces to ${url}: OpenTelemetry's SDK is not installed here; run: npm install @opentelemetry/sdk-trace-node @opentelemetry/exporter-trace-otlp-http`,
			1,
			{ cause: error },
		);
	}
}

/** What fails now has been told. */
async function inTime(ending: Promise<void>): Promise<void> {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const late = new Promise<void>((resolve) => {
		timer = setTimeout(resolve, PATIENCE_MS);
	});
	await Promise.race([ending.catch(() => {}), late]);
	clearTimeout(timer);
}
