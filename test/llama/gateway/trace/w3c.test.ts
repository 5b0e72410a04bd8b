import { ROOT_CONTEXT, trace } from "@opentelemetry/api";
import test from "ava";
import { HEADERS } from "../../../../src/llama/gateway/trace/arrival.ts";
import { W3C } from "../../../../src/llama/gateway/trace/w3c.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";

function extracted(headers: Readonly<Record<string, string | string[]>>) {
	return trace.getSpanContext(W3C.extract(ROOT_CONTEXT, headers, HEADERS));
}

test("a traceparent of this or a later version is read", (t) => {
	for (const [header, flags] of [
		[`00-${TRACE}-${SPAN}-01`, 1],
		[` 00-${TRACE}-${SPAN}-00 `, 0],
		[`cc-${TRACE}-${SPAN}-03-what-comes-later`, 3],
	] as const) {
		const span = extracted({ traceparent: header });
		t.deepEqual([span?.traceId, span?.spanId, span?.traceFlags, span?.isRemote], [TRACE, SPAN, flags, true]);
	}
});

test("what is no traceparent is as if it were not there", (t) => {
	const ids = [TRACE, SPAN] as const;
	for (const header of [
		...[
			"",
			"nonsense",
			`00-${ids[0]}-${ids[1]}`,
			`00-${ids[0]}-${ids[1]}-1`,
			`00-${ids[0]}-${ids[1]}-01-more`,
		],
		...[`ff-${ids[0]}-${ids[1]}-01`, `00-${ids[0].toUpperCase()}-${ids[1]}-01`],
		...[`00-${"0".repeat(32)}-${ids[1]}-01`, `00-${ids[0]}-${"0".repeat(16)}-01`],
	]) {
		t.is(extracted({ traceparent: header }), undefined, header);
	}
	t.is(extracted({ traceparent: [`00-${TRACE}-${SPAN}-01`, `00-${TRACE}-${SPAN}-01`] }), undefined);
	t.is(extracted({ tracestate: "a=1" }), undefined);
});

test("tracestate goes with it, from one header or several", (t) => {
	const traceparent = `00-${TRACE}-${SPAN}-01`;
	const state = extracted({ traceparent, tracestate: ["a=1", "b=2"] })?.traceState;
	t.is(state?.serialize(), "a=1,b=2");
	const headers: Record<string, string> = {};
	const setter = {
		set: (carrier: Record<string, string>, name: string, value: string) => {
			carrier[name] = value;
		},
	};
	const inside = W3C.extract(ROOT_CONTEXT, { traceparent, tracestate: "a=1" }, HEADERS);
	W3C.inject(inside, headers, setter);
	t.deepEqual(headers, { traceparent, tracestate: "a=1" });
	const none: Record<string, string> = {};
	W3C.inject(ROOT_CONTEXT, none, setter);
	t.deepEqual(none, {});
});
