import { isSystemError } from "../../../../base/system-error.ts";
import { BadRequest } from "../../../openai/bad-request.ts";
import type { Storage } from "../../files/storage.ts";
import type { Exchange } from "../../http/exchange.ts";
import { HttpError } from "../../http/http-error.ts";
import type { Route } from "../../http/server.ts";
import { badRequest } from "../bad-request.ts";

/** Codes of a disk that is full, or of a user who may have no more of it. */
const FULL: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/** What the routes of files and batches go by. */
export interface StorageContext {
	readonly storage: Storage;
	/** Takes a line for the operator. */
	readonly print: (line: string) => void;
}

/** A route's handler that answers whatever goes wrong with the request or the disk. */
export function handler(
	{ storage, print }: StorageContext,
	handle: (exchange: Exchange) => void | Promise<void>,
): Route["handle"] {
	return async (exchange) => {
		if (storage.closed) throw closed();
		try {
			await handle(exchange);
		} catch (error) {
			if (error instanceof BadRequest) throw badRequest(error);
			if (!isSystemError(error)) throw error;
			print(`Cannot keep files and batches: ${error.message}`);
			throw ofDisk(error.code);
		}
	};
}

/** There is none of this id. */
export function notThere(what: "file" | "batch", id: string): HttpError {
	return new HttpError(404, {
		message: `There is no ${what} ${JSON.stringify(id)}`,
		...{ type: "invalid_request_error", param: "id", code: "not_found" },
	});
}

/** What is asked for cannot be done to something in its state; another try is of no use. */
export function conflict(message: string, code: string): HttpError {
	const headers = { "x-should-retry": "false" };
	return new HttpError(409, { message, type: "invalid_request_error", code, headers });
}

function closed(): HttpError {
	return new HttpError(503, {
		...{ message: "The server is shutting down", type: "unavailable_error", code: "draining" },
		headers: { "retry-after": "5", connection: "close" },
	});
}

function ofDisk(code: string): HttpError {
	const headers = { "x-should-retry": "false" };
	if (FULL.has(code)) {
		return new HttpError(507, { message: "The server's disk is full", code: "disk_full", headers });
	}
	const message = `The server cannot read or write its files (${code})`;
	return new HttpError(500, { message, code: "disk_error", headers });
}
