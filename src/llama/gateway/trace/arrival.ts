import type { IncomingHttpHeaders } from "node:http";
import type { Attributes, TextMapGetter } from "@opentelemetry/api";
import { HTTP, OWN } from "./names.ts";

/** A request as it comes in. */
export interface Arrival {
	/** Its id, as the answer and the log have it. */
	readonly id: string;
	readonly method: string;
	/** The pattern of the path: "/v1/models/:id". */
	readonly route: string;
	readonly path: string;
	readonly headers: IncomingHttpHeaders;
	readonly remoteAddress: string | undefined;
	readonly httpVersion: string;
	/** When it came, on `performance.now()`. */
	readonly arrivedMs: number;
}

/** What a server's span begins with: whoever samples may go by it. */
export function arrivalAttributes(arrival: Arrival): Attributes {
	const { headers, method, route, path, id, remoteAddress, httpVersion } = arrival;
	const [, host, port] = /^(.*?)(?::(\d+))?$/.exec(headers.host ?? "") ?? [];
	return {
		[HTTP.method]: method,
		[HTTP.route]: route,
		[HTTP.path]: path,
		[HTTP.scheme]: "http",
		[HTTP.version]: httpVersion,
		[HTTP.server]: host === "" ? undefined : host,
		[HTTP.port]: port === undefined ? undefined : Number(port),
		[HTTP.client]: remoteAddress,
		[HTTP.userAgent]: headers["user-agent"],
		[OWN.requestId]: id,
	};
}

/** Reads headers for a propagator. */
export const HEADERS: TextMapGetter<IncomingHttpHeaders> = {
	get: (headers, name) => headers[name],
	keys: (headers) => Object.keys(headers),
};
