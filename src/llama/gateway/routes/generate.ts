import { BadRequest } from "../../openai/bad-request.ts";
import type { GatewayKind } from "../../openai/kind.ts";
import { parseGatewayBody } from "../../openai/request/gateway-body.ts";
import type { ParsedGatewayBody, Task } from "../../openai/task.ts";
import type { Served } from "../core/served.ts";
import type { Exchange } from "../http/exchange.ts";
import { HttpError } from "../http/http-error.ts";
import type { RequestTrace } from "../trace/request-trace.ts";
import { StreamedAnswer, wholeAnswer } from "./answering.ts";
import { badRequest } from "./bad-request.ts";
import type { RouteContext } from "./context.ts";
import { checkTaskTokens } from "./known-tokens.ts";
import { deadlineOf, priorityOf } from "./request-options.ts";
import { modelFor, serving } from "./serving.ts";

/** Answers a request that ranks run: chats, completions, responses, embeddings, and llama.cpp's own `/completion`. */
export async function generate(exchange: Exchange, kind: GatewayKind, context: RouteContext): Promise<void> {
	try {
		await submit(exchange, kind, context);
	} catch (error) {
		if (error instanceof HttpError) countRefused(error, context);
		throw error;
	}
}

/** What has become a call counts itself. */
function countRefused({ status }: HttpError, { metrics, gateway }: RouteContext): void {
	if (status === 400) metrics()?.refused("invalid");
	else if (status === 404) metrics()?.refused("not_found");
	else if (status === 503) metrics()?.refused(gateway.state === "draining" ? "draining" : "loading");
}

async function submit(exchange: Exchange, kind: GatewayKind, context: RouteContext): Promise<void> {
	const served = serving(context);
	const body = await exchange.json();
	// A client may send its body as slowly as it likes.
	const startMs = performance.now();
	const parsed = parse(body, kind, context, served);
	const model = modelFor(parsed.model, served, context.strictModel);
	const { task, stream, includeUsage, responseFields } = parsed;
	const facts = {
		kind,
		id: exchange.id,
		...{ model, renamed: served.model.renamed },
		created: Math.floor(Date.now() / 1000),
		task,
		responseFields,
		systemFingerprint: fingerprintOf(served),
	};
	const answering = stream
		? new StreamedAnswer(exchange, { ...facts, includeUsage }, context.patience)
		: wholeAnswer(exchange, facts);
	const trace = context.traces.of(exchange);
	const cancel = context.gateway.submit({
		...{ task: tracedBy(trace, task), arrivedMs: exchange.arrivedMs },
		label: { id: exchange.id, kind, model, stream, trace },
		priority: priorityOf(exchange.headers, parsed.priority),
		deadlineMs: deadlineOf(exchange.headers, exchange.arrivedMs, context.requestTimeoutMs),
		onPiece: answering.onPiece,
		onEnd: (end) => answering.end(end),
	});
	context.metrics()?.overhead((performance.now() - startMs) / 1000);
	exchange.onGone(cancel);
}

/** An endpoint goes on with the trace. Other engines have no use for headers. */
function tracedBy(trace: RequestTrace | undefined, task: Task): Task {
	return trace === undefined || task.body === undefined ? task : { ...task, headers: trace.headers };
}

/** What tells apart answers of different programs: the engine and its llama.cpp. */
function fingerprintOf({ engine: { info } }: Served): string {
	return (info.version ?? info.kind).replaceAll(/[^\w.+-]+/g, "-");
}

function parse(
	body: Readonly<Record<string, unknown>>,
	kind: GatewayKind,
	{ defaults }: RouteContext,
	{ model }: Served,
): ParsedGatewayBody {
	try {
		const parsed = parseGatewayBody(body, kind, 0, defaults());
		checkTaskTokens(parsed.task, model.facts?.vocabularySize);
		return parsed;
	} catch (error) {
		if (error instanceof BadRequest) throw badRequest(error);
		throw error;
	}
}
