import type { IncomingHttpHeaders } from "node:http";
import type { Attributes, TextMapGetter } from "@opentelemetry/api";
import type { Exchange } from "../http/exchange.ts";
import { HTTP, OWN } from "./names.ts";

/** A request as it comes in. */
export type Arrival = Pick<
	Exchange,
	"id" | "method" | "route" | "path" | "headers" | "client" | "httpVersion" | "arrivedMs"
>;

/** The pattern of the path, such as "/v1/models/:id"; undefined where the server has none. */
export function routeOf({ route }: Arrival): string | undefined {
	return route === "other" ? undefined : route;
}

/** What a server's span begins with: whoever samples may go by it. */
export function arrivalAttributes(arrival: Arrival): Attributes {
	const { headers, method, path, id, client, httpVersion } = arrival;
	const [, host, port] = /^(.*?)(?::(\d+))?$/.exec(headers.host ?? "") ?? [];
	return {
		[HTTP.method]: method,
		[HTTP.route]: routeOf(arrival),
		[HTTP.path]: path,
		[HTTP.scheme]: "http",
		[HTTP.version]: httpVersion,
		[HTTP.server]: host === "" ? undefined : host,
		[HTTP.port]: port === undefined ? undefined : Number(port),
		[HTTP.client]: client === "" ? undefined : client,
		[HTTP.userAgent]: headers["user-agent"],
		[OWN.requestId]: id,
	};
}

/** Reads headers for a propagator. */
export const HEADERS: TextMapGetter<IncomingHttpHeaders> = {
	get: (headers, name) => headers[name],
	keys: (headers) => Object.keys(headers),
};
