/**
 * Run by start.test.ts: one request with a call, traced as the environment and an address say; with the word "inside",
 * as if node:http were instrumented.
 */
import { trace } from "@opentelemetry/api";
import { startTracing } from "../../../../../src/llama/gateway/trace/sdk/start-tracing.ts";
import { arrival, call, wellEnded } from "../support/calls.ts";

const [otlp = "", inside] = process.argv.slice(2);
const from = performance.now();
try {
	const tracing = await startTracing({
		otlp: otlp === "" ? undefined : otlp,
		tell: (line) => console.error(line),
	});
	const arrive = () => tracing.request(arrival());
	const request =
		inside === undefined
			? arrive()
			: trace.getTracer("http").startActiveSpan("GET", (span) => {
					span.end();
					return arrive();
				});
	const attempt = { rank: 0, assignedMs: from, firstMs: from, endMs: from };
	tracing.ended(call(from, request), wellEnded(from, [attempt]));
	request?.finish(200);
	console.log(request?.traceparent ?? "no trace");
	const ending = performance.now();
	process.once("exit", () => console.log(`ended after ${Math.round(performance.now() - ending)} ms`));
	await tracing.close();
} catch (error) {
	console.error((error as Error).message);
	process.exitCode = (error as { exitCode?: number }).exitCode ?? 99;
}
