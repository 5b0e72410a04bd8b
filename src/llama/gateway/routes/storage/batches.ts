import { BadRequest, show } from "../../../openai/bad-request.ts";
import { REQUEST_KINDS } from "../../../openai/kind.ts";
import type { BatchObject } from "../../files/batch-object.ts";
import type { BatchStore, BatchWish } from "../../files/batch-store.ts";
import type { FileStore } from "../../files/file-store.ts";
import type { Exchange } from "../../http/exchange.ts";
import { HttpError } from "../../http/http-error.ts";
import type { Route } from "../../http/server.ts";
import { badRequest } from "../bad-request.ts";
import { listOf } from "./files.ts";

const FIELDS = new Set([
	"input_file_id",
	"endpoint",
	"completion_window",
	"metadata",
	"output_expires_after",
]);
const MOST_HOURS = 500;

/** /v1/batches: files of requests that run behind everybody who waits for an answer. */
export function batchRoutes(files: FileStore, batches: BatchStore): Route[] {
	return [
		{ method: "POST", path: "/v1/batches", handle: (exchange) => create(exchange, files, batches) },
		{
			method: "GET",
			path: "/v1/batches",
			handle: (exchange) => exchange.reply(200, listOf(batches.list())),
		},
		{
			method: "GET",
			path: "/v1/batches/:id",
			handle: (exchange) => exchange.reply(200, find(exchange, batches)),
		},
		{
			method: "POST",
			path: "/v1/batches/:id/cancel",
			handle: async (exchange) => {
				const batch = find(exchange, batches);
				if (await batches.cancel(batch)) return exchange.reply(200, batch);
				throw new HttpError(409, {
					message: `The batch ${batch.id} cannot be cancelled: it is ${batch.status}`,
					...{ type: "invalid_request_error", code: "batch_over" },
				});
			},
		},
	];
}

async function create(exchange: Exchange, files: FileStore, batches: BatchStore): Promise<void> {
	const body = await exchange.json();
	try {
		const wish = wishOf(body);
		if ((await files.get(wish.inputFileId)) === undefined) {
			throw new BadRequest("invalid_request", `There is no file ${show(wish.inputFileId)}`, "input_file_id");
		}
		exchange.reply(200, await batches.create(wish));
	} catch (error) {
		if (error instanceof BadRequest) throw badRequest(error);
		throw error;
	}
}

function wishOf(body: Readonly<Record<string, unknown>>): BatchWish {
	for (const name of Object.keys(body)) {
		if (!FIELDS.has(name)) throw new BadRequest("unknown_parameter", `"${name}" is not known here`, name);
	}
	const { input_file_id: inputFileId, endpoint, completion_window: window, metadata = null } = body;
	if (typeof inputFileId !== "string") throw wrong("input_file_id", inputFileId, "the id of a file");
	if (!REQUEST_KINDS.some((kind) => kind === endpoint))
		throw wrong("endpoint", endpoint, `one of ${REQUEST_KINDS.join(", ")}`);
	const hours = typeof window === "string" ? Number(/^(\d{1,3})h$/.exec(window)?.[1]) : Number.NaN;
	if (!(hours >= 1 && hours <= MOST_HOURS))
		throw wrong("completion_window", window, `hours from "1h" to "${MOST_HOURS}h", such as "24h"`);
	return {
		...{ inputFileId, endpoint: endpoint as string, completionWindow: window as string },
		windowSeconds: hours * 3600,
		metadata: metadataOf(metadata),
	};
}

function metadataOf(metadata: unknown): Readonly<Record<string, string>> | null {
	if (metadata === null) return null;
	const texts =
		typeof metadata === "object" &&
		!Array.isArray(metadata) &&
		Object.values(metadata as object).every((value) => typeof value === "string");
	if (!texts) throw wrong("metadata", metadata, "an object of texts");
	return metadata as Readonly<Record<string, string>>;
}

function find(exchange: Exchange, batches: BatchStore): BatchObject {
	const { id = "" } = exchange.params;
	const batch = batches.get(id);
	if (batch !== undefined) return batch;
	throw new HttpError(404, {
		message: `There is no batch ${JSON.stringify(id)}`,
		...{ type: "invalid_request_error", param: "id", code: "not_found" },
	});
}

function wrong(param: string, value: unknown, takes: string): BadRequest {
	return new BadRequest("invalid_request", `"${param}" is ${show(value)}: it takes ${takes}`, param);
}
