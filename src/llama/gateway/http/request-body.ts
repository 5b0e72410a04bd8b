import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { HttpError } from "./http-error.ts";

/** Refuses a body that says of itself that it cannot be taken. */
export function checkBody({ headers }: IncomingMessage, limit: number): void {
	if (Number(headers["content-length"] ?? 0) > limit) throw tooLarge(limit);
	const coding = headers["content-encoding"];
	if (coding !== undefined && coding !== "identity") {
		throw new HttpError(415, {
			message: `Cannot read a body in content-encoding ${coding}: it must have none`,
		});
	}
}

/**
 * The body as it comes. Ends early, and leaves the connection as it is, where it grows over the limit.
 *
 * @throws {HttpError} it is too large, or the client left before it was whole.
 */
export async function* chunksOf(request: IncomingMessage, limit: number): AsyncGenerator<Buffer> {
	let bytes = 0;
	try {
		for await (const chunk of request.iterator({ destroyOnReturn: false })) {
			bytes += (chunk as Buffer).length;
			if (bytes > limit) throw tooLarge(limit);
			yield chunk as Buffer;
		}
	} catch (error) {
		if (error instanceof HttpError) throw error;
		throw new HttpError(400, { message: "The body broke off", cause: error });
	}
}

/** The body as an object of JSON. Its content-type does not count: that of `curl -d` is a form's. */
export async function readJson(chunks: AsyncIterable<Buffer>): Promise<Readonly<Record<string, unknown>>> {
	const all: Buffer[] = [];
	for await (const chunk of chunks) all.push(chunk);
	const bytes = Buffer.concat(all);
	if (bytes.length === 0) throw badBody("is empty");
	if (!isUtf8(bytes)) throw badBody("is not UTF-8");
	const value = parse(bytes.toString("utf8").replace(/^\uFEFF/, ""));
	if (typeof value !== "object" || value === null || Array.isArray(value)) throw badBody("is no object");
	return value as Record<string, unknown>;
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		throw badBody(`is not JSON: ${(error as Error).message}`);
	}
}

function badBody(what: string): HttpError {
	return new HttpError(400, { message: `The body ${what}; an object of JSON is needed` });
}

function tooLarge(limit: number): HttpError {
	const message = `The body is too large: at most ${limit} bytes are taken`;
	return new HttpError(413, { message, headers: { connection: "close" } });
}

/** Whether more of the body than this may still come. */
export function hasMoreLeft({ complete, headers }: IncomingMessage, bytes: number): boolean {
	if (complete) return false;
	return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > bytes;
}
