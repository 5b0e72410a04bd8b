import { type Context, type Span, SpanStatusCode } from "@opentelemetry/api";
import type { WallClock } from "./clock.ts";
import { ERROR_TYPE, HTTP } from "./names.ts";
import { propagator, traceparentOf } from "./w3c.ts";

/** What a request's trace begins with. */
export interface RequestTraceParts {
	readonly span: Span;
	/** The span's, and what came with the request. */
	readonly context: Context;
	readonly clock: WallClock;
}

/** The span of an HTTP request, which goes on until its answer is whole. */
export class RequestTrace {
	readonly span: Span;
	readonly context: Context;
	readonly clock: WallClock;
	/** Whether anybody will see it. A call may end later than its request, whose client has gone away. */
	readonly recording: boolean;
	/** How its call failed, if it did: a status says less, and a stream that has begun had a good one. */
	failure: string | undefined;
	#ended = false;

	constructor({ span, context, clock }: RequestTraceParts) {
		this.span = span;
		this.context = context;
		this.clock = clock;
		this.recording = span.isRecording();
	}

	/** The span, for the header `traceparent` of the answer. */
	get traceparent(): string {
		return traceparentOf(this.span.spanContext());
	}

	/** The headers by which another server goes on with the trace. */
	get headers(): Readonly<Record<string, string>> {
		const headers: Record<string, string> = {};
		propagator().inject(this.context, headers, {
			set: (carrier, name, value) => {
				carrier[name] = value;
			},
		});
		return headers;
	}

	/**
	 * The request is over. Only the first call counts.
	 *
	 * @param status Of the answer; 499 where nobody wanted it any more.
	 * @param error Why the answer is not whole, if it is not.
	 */
	finish(status: number, error?: string): void {
		if (this.#ended || !this.recording) return;
		this.#ended = true;
		const { span } = this;
		span.setAttribute(HTTP.status, status);
		const type = error ?? this.failure ?? (status >= 400 ? `${status}` : undefined);
		if (type !== undefined) span.setAttribute(ERROR_TYPE, type);
		// Of what clients did wrong a server's span says nothing more: so want it the conventions.
		if (type !== undefined && (status < 400 || status >= 500)) span.setStatus({ code: SpanStatusCode.ERROR });
		span.end(this.clock.at(performance.now()));
	}

	/** The trace of a call, if it has one. */
	static of(value: unknown): RequestTrace | undefined {
		return value instanceof RequestTrace ? value : undefined;
	}
}
