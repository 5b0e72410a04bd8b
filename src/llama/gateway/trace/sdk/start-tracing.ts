import { ProxyTracerProvider, trace } from "@opentelemetry/api";
import { capturesContent } from "../content.ts";
import { SCOPE } from "../names.ts";
import { Tracing } from "../tracing.ts";
import { destinationOf } from "./destination.ts";
import { type Sdk, startSdk } from "./start-sdk.ts";

/** How traces are to be made. */
export interface TraceOptions {
	/** Where they go, by OTLP over HTTP. @default as OTEL_EXPORTER_OTLP_ENDPOINT says, else nowhere */
	readonly otlp?: string | undefined;
	/** @default process.env */
	readonly env?: NodeJS.ProcessEnv;
	/** Says a line to the user. */
	readonly tell: (line: string) => void;
}

/**
 * Begins with traces: by an SDK that somebody has registered already (`node --import`), else by one of our own if there
 * is somewhere to send them, else by none: then they cost next to nothing.
 *
 * @throws {JobError} the address is none, or an SDK is needed and not installed.
 */
export async function startTracing({ otlp, env = process.env, tell }: TraceOptions): Promise<Tracing> {
	const url = destinationOf({ otlp, env });
	const content = capturesContent(env);
	if (!isRegistered()) {
		if (url !== undefined) return new Tracing({ ...(await startSdk(url, env, tell)), content });
	} else if (otlp !== undefined) {
		tell(
			`--otlp ${otlp} is not used: an OpenTelemetry SDK runs in this process already, and sends the traces`,
		);
	}
	return new Tracing({ ...registered(), content });
}

/** Whoever registers an SDK later is served, too. Ending it is its owner's. */
function registered(): Sdk {
	return { tracer: trace.getTracer(SCOPE), close: async () => {} };
}

function isRegistered(): boolean {
	const provider = trace.getTracerProvider();
	// Another copy of the API has another class, and would not be here unless it were registered.
	return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer(SCOPE) !== undefined;
}
