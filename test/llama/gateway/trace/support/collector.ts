import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

/** A span as it came, with its attributes by name and its times in nanoseconds. */
export interface Received {
	readonly name: string;
	readonly kind: number;
	readonly traceId: string;
	readonly spanId: string;
	readonly parentSpanId: string | undefined;
	readonly start: bigint;
	readonly end: bigint;
	readonly attributes: Readonly<Record<string, unknown>>;
	/** 2 is an error. */
	readonly status: { readonly code: number; readonly message?: string };
	/** Ids of the spans that it is linked to. */
	readonly links: readonly string[];
	/** Of the service. */
	readonly resource: Readonly<Record<string, unknown>>;
}

/** What takes traces by OTLP over HTTP, in JSON. */
export interface Collector {
	readonly url: string;
	readonly spans: Received[];
	/** Of each request that came. */
	readonly requests: { readonly path: string; readonly headers: IncomingHttpHeaders }[];
	/** Resolves with the first span that is wanted, once it has come. */
	readonly span: (wanted: (span: Received) => boolean) => Promise<Received>;
	close(): void;
}

/** @param status What it answers; null: nothing at all. */
export async function startCollector(status: number | null = 200): Promise<Collector> {
	const spans: Received[] = [];
	const requests: Collector["requests"] = [];
	let waiting: (() => void)[] = [];
	const http = createServer(async (incoming, outgoing) => {
		requests.push({ path: incoming.url ?? "", headers: incoming.headers });
		let body = "";
		for await (const chunk of incoming.setEncoding("utf8")) body += chunk;
		if (status === null) return;
		outgoing.writeHead(status, { "content-type": "application/json" }).end("{}");
		spans.push(...read(JSON.parse(body)));
		const told = waiting;
		waiting = [];
		for (const tell of told) tell();
	});
	await once(http.listen(0, "127.0.0.1"), "listening");
	return {
		url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
		spans,
		requests,
		span: async (wanted) => {
			for (;;) {
				const found = spans.find(wanted);
				if (found !== undefined) return found;
				await new Promise<void>((resolve) => waiting.push(resolve));
			}
		},
		close: () => {
			http.close();
			http.closeAllConnections();
		},
	};
}

interface Value {
	readonly stringValue?: string;
	readonly intValue?: number;
	readonly doubleValue?: number;
	readonly boolValue?: boolean;
	readonly arrayValue?: { readonly values: readonly Value[] };
}
type Pairs = readonly { readonly key: string; readonly value: Value }[];
interface Sent {
	readonly resourceSpans: readonly {
		readonly resource: { readonly attributes: Pairs };
		readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[];
	}[];
}
interface SentSpan extends Pick<Received, "name" | "kind" | "traceId" | "spanId" | "status"> {
	readonly parentSpanId?: string;
	readonly startTimeUnixNano: string;
	readonly endTimeUnixNano: string;
	readonly attributes: Pairs;
	readonly links?: readonly { readonly spanId: string }[];
}

function read({ resourceSpans }: Sent): Received[] {
	return resourceSpans.flatMap(({ resource, scopeSpans }) =>
		scopeSpans
			.flatMap(({ spans }) => spans)
			.map(({ name, kind, traceId, spanId, parentSpanId, status, attributes, ...times }) => ({
				...{ name, kind, traceId, spanId, parentSpanId, status },
				start: BigInt(times.startTimeUnixNano),
				end: BigInt(times.endTimeUnixNano),
				attributes: record(attributes),
				links: (times.links ?? []).map((link) => link.spanId),
				resource: record(resource.attributes),
			})),
	);
}

function record(pairs: Pairs): Record<string, unknown> {
	return Object.fromEntries(pairs.map(({ key, value }) => [key, plain(value)]));
}

function plain({ stringValue, intValue, doubleValue, boolValue, arrayValue }: Value): unknown {
	return stringValue ?? intValue ?? doubleValue ?? boolValue ?? arrayValue?.values.map(plain);
}
