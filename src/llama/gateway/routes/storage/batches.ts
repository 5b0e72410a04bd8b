import { isOver } from "../../files/batch-object.ts";
import type { Exchange } from "../../http/exchange.ts";
import type { Route } from "../../http/server.ts";
import { conflict, handler, notThere, type StorageContext } from "./handle.ts";
import { pageOf } from "./page.ts";
import { wishOf, wrong } from "./wish.ts";

/** /v1/batches: files of requests that run behind everybody who waits for an answer. */
export function batchRoutes(context: StorageContext): Route[] {
	const { files, batches } = context.storage;
	const find = ({ params: { id = "" } }: Exchange) => {
		const batch = batches.get(id);
		if (batch === undefined) throw notThere("batch", id);
		return batch;
	};
	const create = async (exchange: Exchange) => {
		const wish = wishOf(await exchange.json());
		const file = files.get(wish.inputFileId);
		if (file === undefined) throw wrong("input_file_id", wish.inputFileId, "the id of a file that is here");
		if (file.purpose !== "batch") {
			throw wrong("input_file_id", file.id, `a file with the purpose "batch", not "${file.purpose}"`);
		}
		exchange.reply(200, await batches.create(wish));
	};
	const cancel = async (exchange: Exchange) => {
		const batch = find(exchange);
		if (isOver(batch) || batch.status === "finalizing") {
			throw conflict(`The batch ${batch.id} cannot be cancelled: it is ${batch.status}`, "batch_over");
		}
		await batches.cancel(batch);
		exchange.reply(200, batch);
	};
	const list = (exchange: Exchange) => {
		exchange.reply(200, pageOf(batches.list(), exchange.query, { usual: 20, most: 100 }));
	};
	const one = (exchange: Exchange) => exchange.reply(200, find(exchange));
	const route = (method: Route["method"], path: string, handle: Parameters<typeof handler>[1]): Route => {
		return { method, path: `/v1/batches${path}`, handle: handler(context, handle) };
	};
	return [
		route("POST", "", create),
		route("GET", "", list),
		route("GET", "/:id", one),
		route("POST", "/:id/cancel", cancel),
	];
}
