import type { SpanExporter } from "@opentelemetry/sdk-trace-node";
import { reasonOf } from "../../../errors.ts";

/**
 * An exporter that says so when spans are lost: once, in one line. A server without its collector serves on.
 *
 * @param tell Is told the reason.
 */
export function toldExporter(exporter: SpanExporter, tell: (reason: string) => void): SpanExporter {
	let told = false;
	return {
		export: (spans, done) =>
			exporter.export(spans, (result) => {
				if (result.error !== undefined && !told) {
					told = true;
					tell(reasonIn(result.error));
				}
				done(result);
			}),
		forceFlush: async () => await exporter.forceFlush?.(),
		shutdown: async () => await exporter.shutdown(),
	};
}

/** Of a status the code and the text; of an address with several hosts the code alone, for the message is empty. */
function reasonIn(error: Error & { readonly code?: unknown }): string {
	const message = reasonOf(error).split("\n")[0] ?? "";
	const code = error.code === undefined || message.includes(`${error.code}`) ? "" : `${error.code}`;
	return [typeof error.code === "number" ? `status ${error.code}` : code, message]
		.filter((text) => text !== "")
		.join(" ");
}
