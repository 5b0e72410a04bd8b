import { context, INVALID_TRACEID, type Span, SpanKind, type Tracer, trace } from "@opentelemetry/api";
import type { Call, CallEnd } from "../core/call.ts";
import { type CallWatch, SILENT } from "../core/watch.ts";
import { type Arrival, arrivalAttributes, HEADERS, routeOf } from "./arrival.ts";
import { CallSpans } from "./call-spans.ts";
import { WallClock } from "./clock.ts";
import { RequestTrace } from "./request-trace.ts";
import { propagator } from "./w3c.ts";

/** What traces are made with. */
export interface TracingParts {
	readonly tracer: Tracer;
	/** Whether spans have prompts and answers. */
	readonly content: boolean;
	/** Sends what is left, and no longer than for a while. */
	readonly close: () => Promise<void>;
}

/** The traces of a gateway: of each HTTP request, and of what ranks did for it. */
export class Tracing {
	readonly #tracer: Tracer;
	readonly #calls: CallSpans;
	readonly #close: () => Promise<void>;

	constructor({ tracer, content, close }: TracingParts) {
		this.#tracer = tracer;
		this.#calls = new CallSpans(tracer, content);
		this.#close = close;
	}

	/**
	 * A request has come.
	 *
	 * @returns Its trace; undefined where nobody records any, and the request belongs to none.
	 */
	request(arrival: Arrival): RequestTrace | undefined {
		const { headers, method, arrivedMs } = arrival;
		const route = routeOf(arrival);
		const active = context.active();
		// Whoever instruments node:http has made the server's span already.
		const inside = trace.getSpan(active) !== undefined;
		const around = inside ? active : propagator().extract(active, headers, HEADERS);
		const clock = new WallClock();
		const span: Span = this.#tracer.startSpan(
			route === undefined ? method : `${method} ${route}`,
			{
				kind: inside ? SpanKind.INTERNAL : SpanKind.SERVER,
				startTime: clock.at(arrivedMs),
				attributes: arrivalAttributes(arrival),
			},
			around,
		);
		if (!span.isRecording() && span.spanContext().traceId === INVALID_TRACEID) return undefined;
		return new RequestTrace({ span, context: trace.setSpan(around, span), clock });
	}

	/** What tells it of calls. */
	readonly watch: CallWatch = { ...SILENT, ended: (call, end) => this.ended(call, end) };

	/** A call has ended. Its request's trace is its label's. */
	ended(call: Call, end: CallEnd): void {
		const request = RequestTrace.of(call.label.trace);
		if (!request?.recording) return;
		if (end.failure !== undefined) request.failure = end.failure.code;
		this.#calls.make(request, call, end);
	}

	/** Sends what has not been sent, and no longer than for a while. */
	close(): Promise<void> {
		return this.#close();
	}
}
