import { HttpError } from "../../http/http-error.ts";
import type { Route } from "../../http/server.ts";
import { batchRoutes } from "./batches.ts";
import { fileRoutes } from "./files.ts";
import type { StorageContext } from "./handle.ts";

const PATHS = [
	...["/v1/files", "/v1/files/:id", "/v1/files/:id/content"],
	...["/v1/batches", "/v1/batches/:id", "/v1/batches/:id/cancel"],
];

/** The routes of files and batches; without a place for them each says how to have one. */
export function storageRoutes({
	storage,
	print,
}: Partial<StorageContext> & Pick<StorageContext, "print">): Route[] {
	if (storage !== undefined) return [fileRoutes, batchRoutes].flatMap((of) => of({ storage, print }));
	return (["GET", "POST", "DELETE"] as const).flatMap((method) =>
		PATHS.map((path): Route => ({ method, path, handle: refuse })),
	);
}

function refuse(): void {
	throw new HttpError(501, {
		message: "Files and batches are not kept here: start the server with --data-dir DIR",
		type: "not_supported_error",
		code: "not_supported",
	});
}
