import {
	type Context,
	createTraceState,
	isSpanContextValid,
	propagation,
	type SpanContext,
	type TextMapGetter,
	type TextMapPropagator,
	type TextMapSetter,
	trace,
} from "@opentelemetry/api";

const PARENT = "traceparent";
const STATE = "tracestate";

/** Version, trace, span, flags, none of the ids only zeros; later versions may say more after them. */
const FORM = /^(?!ff)([\da-f]{2})-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(-.*)?$/;

/** Trace context in W3C's headers. OpenTelemetry's API has no propagator of its own. */
export const W3C: TextMapPropagator = {
	inject: (context: Context, carrier: unknown, setter: TextMapSetter) => {
		const span = trace.getSpanContext(context);
		if (span === undefined || !isSpanContextValid(span)) return;
		setter.set(carrier, PARENT, traceparentOf(span));
		const state = span.traceState?.serialize() ?? "";
		if (state !== "") setter.set(carrier, STATE, state);
	},
	extract: (context: Context, carrier: unknown, getter: TextMapGetter) => {
		// Two parents are none.
		const header = getter.get(carrier, PARENT);
		const parent = typeof header === "string" ? parse(header) : undefined;
		if (parent === undefined) return context;
		const state = [getter.get(carrier, STATE) ?? []].flat().join(",");
		const traceState = state === "" ? undefined : createTraceState(state);
		return trace.setSpanContext(context, { ...parent, ...(traceState && { traceState }), isRemote: true });
	},
	fields: () => [PARENT, STATE],
};

/** The propagator that is registered, else W3C's. */
export function propagator(): Pick<TextMapPropagator, "inject" | "extract"> {
	return propagation.fields().length > 0 ? propagation : W3C;
}

/** A span as W3C's header has it. */
export function traceparentOf({ traceId, spanId, traceFlags }: SpanContext): string {
	return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
}

function parse(header: string): SpanContext | undefined {
	const [, version, traceId = "", spanId = "", flags = "", more] = FORM.exec(header.trim()) ?? [];
	if (version === undefined || (version === "00" && more !== undefined)) return undefined;
	return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) };
}
