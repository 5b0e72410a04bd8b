import type { FileObject } from "../../files/file-store.ts";
import { storeUpload } from "../../files/upload.ts";
import type { Exchange } from "../../http/exchange.ts";
import type { Route } from "../../http/server.ts";
import { conflict, handler, notThere, type StorageContext } from "./handle.ts";
import { pageOf } from "./page.ts";

/** As OpenAI has it. */
const LARGEST_FILE = 512 * 2 ** 20;
/** Of a form, besides its file. */
const FORM = 2 ** 20;

/** /v1/files: what batches read, and what they have written. */
export function fileRoutes(context: StorageContext): Route[] {
	const { files, batches } = context.storage;
	const find = ({ params: { id = "" } }: Exchange): FileObject => {
		const file = files.get(id);
		if (file === undefined) throw notThere("file", id);
		return file;
	};
	const upload = async (exchange: Exchange) => {
		exchange.reply(200, await storeUpload(exchange.headers, exchange.body(), files, LARGEST_FILE));
	};
	const list = async (exchange: Exchange) => {
		const { query } = exchange;
		const wanted = query.get("purpose");
		const all = (await files.list()).filter(({ purpose }) => wanted === null || purpose === wanted);
		exchange.reply(200, pageOf(all, query, { usual: 10_000, most: 10_000 }));
	};
	const remove = async (exchange: Exchange) => {
		const file = find(exchange);
		const reader = batches.reader(file);
		if (reader !== undefined) {
			const text = `The file ${file.id} is needed by the batch ${reader.id}, which is ${reader.status}: cancel that first`;
			throw conflict(text, "file_in_use");
		}
		await files.delete(file.id);
		exchange.reply(200, { id: file.id, object: "file", deleted: true });
	};
	const content = async (exchange: Exchange) => {
		const { id, bytes } = find(exchange);
		await exchange.pipe(200, files.content(id), {
			...{ "content-type": "application/octet-stream", "content-length": `${bytes}` },
			"x-content-type-options": "nosniff",
		});
	};
	const one = (exchange: Exchange) => exchange.reply(200, find(exchange));
	const route = (method: Route["method"], path: string, handle: Parameters<typeof handler>[1]): Route => {
		return { method, path: `/v1/files${path}`, handle: handler(context, handle) };
	};
	return [
		{ ...route("POST", "", upload), bodyLimit: LARGEST_FILE + FORM },
		route("GET", "", list),
		route("GET", "/:id", one),
		route("DELETE", "/:id", remove),
		route("GET", "/:id/content", content),
	];
}
