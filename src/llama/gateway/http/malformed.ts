import type { Socket } from "node:net";
import { HttpError } from "./http-error.ts";

/** What the parser's errors stand for; all others are 400. */
const ERRORS: ReadonlyMap<string, readonly [status: number, reason: string, message: string]> = new Map([
	["HPE_HEADER_OVERFLOW", [431, "Request Header Fields Too Large", "The headers are too large"]],
	["ERR_HTTP_REQUEST_TIMEOUT", [408, "Request Timeout", "The request has not come in time"]],
]);

/** Answers what is no request of HTTP, and closes the connection. */
export function refuseMalformed(
	error: Error & { readonly code?: string },
	socket: Socket,
	lingerMs: number,
): void {
	// It is refused already, and still sends.
	if (socket.writableEnded) return;
	// There is nobody to answer, or nothing was asked.
	if (!socket.writable || error.code === "ECONNRESET" || socket.bytesRead === 0) {
		socket.destroy();
		return;
	}
	const [status, reason, message] = ERRORS.get(error.code ?? "") ?? [
		400,
		"Bad Request",
		"This is no HTTP request",
	];
	const body = JSON.stringify(new HttpError(status, { message }).body);
	socket.end(
		`HTTP/1.1 ${status} ${reason}\r\ncontent-type: application/json; charset=utf-8\r\n` +
			`content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
	);
	// A client that still sends would lose the answer if the connection were closed at once.
	const timer = setTimeout(() => socket.destroy(), lingerMs).unref();
	socket.once("close", () => clearTimeout(timer));
}
