import { JobError } from "../../../errors.ts";

const PATH = "v1/traces";

/** What says where traces go. */
export interface DestinationOptions {
	/** A URL that the user gave: of a collector, or whole. */
	readonly otlp: string | undefined;
	readonly env: NodeJS.ProcessEnv;
}

/**
 * Where traces go; undefined: nowhere. The variables are OpenTelemetry's own.
 *
 * @throws {JobError} what was given is no URL of a web server; exit code 2 where it was an option.
 */
export function destinationOf({ otlp, env }: DestinationOptions): string | undefined {
	if (env.OTEL_SDK_DISABLED?.trim().toLowerCase() === "true") return undefined;
	if (otlp !== undefined) return collector("--otlp", otlp, 2);
	if (env.OTEL_TRACES_EXPORTER?.trim() === "none") return undefined;
	const whole = given(env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT);
	if (whole !== undefined) return checked("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", whole, 1).href;
	const base = given(env.OTEL_EXPORTER_OTLP_ENDPOINT);
	return base === undefined ? undefined : collector("OTEL_EXPORTER_OTLP_ENDPOINT", base, 1);
}

/** The URL for traces of a collector. */
function collector(name: string, base: string, exitCode: number): string {
	const url = checked(name, base, exitCode);
	if (!url.pathname.endsWith(`/${PATH}`)) url.pathname = `${url.pathname.replace(/\/$/, "")}/${PATH}`;
	return url.href;
}

function checked(name: string, text: string, exitCode: number): URL {
	const url = URL.canParse(text) ? new URL(text) : undefined;
	if (url?.protocol === "http:" || url?.protocol === "https:") return url;
	throw new JobError(
		`Cannot send traces to ${name} ${JSON.stringify(text)}: it takes a URL that begins with http:// or https://`,
		exitCode,
	);
}

/** A variable that is empty is as if it were not there. */
function given(value: string | undefined): string | undefined {
	const text = value?.trim() ?? "";
	return text === "" ? undefined : text;
}
