import {
	type Attributes,
	type Context,
	type Link,
	type Span,
	SpanKind,
	SpanStatusCode,
	type Tracer,
	trace,
} from "@opentelemetry/api";
import type { Call, CallEnd } from "../core/call.ts";
import { endAttributes } from "./answer-attributes.ts";
import type { WallClock } from "./clock.ts";
import { contentAttributes } from "./content.ts";
import { ERROR_TYPE, OWN } from "./names.ts";
import { operationOf, requestAttributes } from "./request-attributes.ts";
import type { RequestTrace } from "./request-trace.ts";
import { type Turn, turnsOf } from "./turns.ts";

/** Makes the spans of calls, once they have ended and all times are known: meanwhile a call costs nothing. */
export class CallSpans {
	readonly #tracer: Tracer;
	readonly #content: boolean;

	/** @param content Whether spans have prompts and answers. */
	constructor(tracer: Tracer, content: boolean) {
		this.#tracer = tracer;
		this.#content = content;
	}

	/** Makes the spans of a call below its request's. */
	make({ context, clock }: RequestTrace, call: Call, end: CallEnd): void {
		const { label, task } = call;
		const { facts, answer, failure } = end;
		const span = this.#tracer.startSpan(
			`${operationOf(label.kind)} ${label.model}`,
			{
				kind: SpanKind.INTERNAL,
				startTime: clock.at(facts.arrivedMs),
				attributes: {
					...requestAttributes(label, task),
					...endAttributes(call, end),
					...(this.#content ? contentAttributes(task, answer) : {}),
				},
			},
			context,
		);
		if (failure !== undefined) fail(span, failure.message);
		this.#turns(trace.setSpan(context, span), clock, turnsOf(facts, answer, failure?.code));
		span.end(clock.at(facts.endMs));
	}

	/** Each turn after the first has a link to what it tries again. */
	#turns(context: Context, clock: WallClock, turns: readonly Turn[]): void {
		let before: Span | undefined;
		for (const [index, turn] of turns.entries()) {
			const attributes: Attributes = { [OWN.attempt]: index + 1 };
			if (turn.rank !== undefined) attributes[OWN.rank] = turn.rank;
			const links: Link[] = before === undefined ? [] : [{ context: before.spanContext() }];
			before = this.#turn(context, clock, turn, { attributes, links });
		}
	}

	/** The last phase is the one that failed, if one did. */
	#turn(
		context: Context,
		clock: WallClock,
		{ phases, failure }: Turn,
		common: { readonly attributes: Attributes; readonly links: Link[] },
	): Span | undefined {
		let last: Span | undefined;
		for (const [index, { name, startMs, endMs }] of phases.entries()) {
			last = this.#tracer.startSpan(name, { ...common, startTime: clock.at(startMs) }, context);
			if (failure !== undefined && index === phases.length - 1) {
				last.setAttribute(ERROR_TYPE, failure);
				fail(last);
			}
			last.end(clock.at(endMs));
		}
		return last;
	}
}

function fail(span: Span, message?: string): void {
	span.setStatus({ code: SpanStatusCode.ERROR, ...(message === undefined ? {} : { message }) });
}
