/** Run by start.test.ts: one request with a call, traced as the environment and an address say. */
import { startTracing } from "../../../../../src/llama/gateway/trace/start-tracing.ts";
import { arrival, call, wellEnded } from "../support/calls.ts";

const [otlp] = process.argv.slice(2);
const from = performance.now();
try {
	const tracing = await startTracing({ otlp, tell: (line) => console.error(line) });
	const request = tracing.request(arrival());
	const attempt = { rank: 0, assignedMs: from, firstMs: from, endMs: from };
	tracing.ended(call(from, request), wellEnded(from, [attempt]));
	request?.finish(200);
	console.log(request?.traceparent ?? "no trace");
	const ending = performance.now();
	await tracing.close();
	console.log(`closed after ${Math.round(performance.now() - ending)} ms`);
} catch (error) {
	console.error((error as Error).message);
	process.exitCode = (error as { exitCode?: number }).exitCode ?? 99;
}
