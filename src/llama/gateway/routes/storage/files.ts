import { BadRequest } from "../../../openai/bad-request.ts";
import type { FileObject, FileStore } from "../../files/file-store.ts";
import { storeUpload } from "../../files/upload.ts";
import type { Exchange } from "../../http/exchange.ts";
import { HttpError } from "../../http/http-error.ts";
import type { Route } from "../../http/server.ts";
import { badRequest } from "../bad-request.ts";

/** As OpenAI has it. */
const LARGEST_FILE = 512 * 2 ** 20;

/** /v1/files: what batches read, and what they have written. */
export function fileRoutes(store: FileStore): Route[] {
	return [
		{
			method: "POST",
			path: "/v1/files",
			bodyLimit: LARGEST_FILE,
			handle: (exchange) => upload(exchange, store),
		},
		{
			method: "GET",
			path: "/v1/files",
			handle: async (exchange) => exchange.reply(200, listOf(await store.list())),
		},
		{
			method: "GET",
			path: "/v1/files/:id",
			handle: async (exchange) => exchange.reply(200, await find(exchange, store)),
		},
		{
			method: "DELETE",
			path: "/v1/files/:id",
			handle: async (exchange) => {
				const { id } = await find(exchange, store);
				await store.delete(id);
				exchange.reply(200, { id, object: "file", deleted: true });
			},
		},
		{
			method: "GET",
			path: "/v1/files/:id/content",
			handle: async (exchange) => {
				const { id, bytes } = await find(exchange, store);
				await exchange.pipe(200, store.content(id), {
					"content-type": "application/octet-stream",
					"content-length": `${bytes}`,
				});
			},
		},
	];
}

/** A list as OpenAI's clients page through it: all of it is one page. */
export function listOf<T extends { readonly id: string }>(data: readonly T[]) {
	return {
		object: "list",
		data,
		first_id: data[0]?.id ?? null,
		last_id: data.at(-1)?.id ?? null,
		has_more: false,
	};
}

async function upload(exchange: Exchange, store: FileStore): Promise<void> {
	try {
		exchange.reply(200, await storeUpload(exchange.headers, exchange.body(), store));
	} catch (error) {
		if (error instanceof BadRequest) throw badRequest(error);
		throw error;
	}
}

async function find(exchange: Exchange, store: FileStore): Promise<FileObject> {
	const { id = "" } = exchange.params;
	const file = await store.get(id);
	if (file !== undefined) return file;
	throw new HttpError(404, {
		message: `There is no file ${JSON.stringify(id)}`,
		...{ type: "invalid_request_error", param: "id", code: "not_found" },
	});
}
