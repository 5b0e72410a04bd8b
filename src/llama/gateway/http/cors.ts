import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";

/** What pages of other origins may read of an answer, beside its body. */
const EXPOSED = "x-request-id, retry-after, retry-after-ms";

/** What every answer has where pages of other origins may read it. */
export function corsHeaders(origin: string): Readonly<Record<string, string>> {
	return { "access-control-allow-origin": origin, "access-control-expose-headers": EXPOSED };
}

/** The answer to a browser that asks what its page may send. Every header may be: none does harm by itself. */
export function preflightHeaders(asked: IncomingHttpHeaders): OutgoingHttpHeaders {
	const wanted = asked["access-control-request-headers"] ?? "";
	return {
		"access-control-allow-methods": "GET, HEAD, POST, DELETE",
		// A star would not stand for authorization.
		"access-control-allow-headers": /^[\w\-, ]{1,1000}$/.test(wanted)
			? wanted
			: "authorization, content-type, x-api-key",
		"access-control-max-age": "7200",
		vary: "access-control-request-headers",
	};
}

/**
 * Whether a page of another origin, which may not use the server, tells the browser to send this. Such a page cannot read
 * the answer, but a request without a preflight would be run all the same.
 */
export function isForeign(headers: IncomingHttpHeaders, allowed: string | undefined): boolean {
	const site = headers["sec-fetch-site"];
	if (site !== "cross-site" && site !== "same-site") return false;
	return allowed !== "*" && allowed !== headers.origin;
}
