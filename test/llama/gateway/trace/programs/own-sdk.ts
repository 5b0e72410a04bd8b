/** Loaded by --import: an SDK as users have it, which sends where OTEL_EXPORTER_OTLP_ENDPOINT says. */
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { NodeTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";

const provider = new NodeTracerProvider({
	spanProcessors: [new SimpleSpanProcessor(new OTLPTraceExporter())],
});
provider.register();
process.once("beforeExit", () => void provider.shutdown());
