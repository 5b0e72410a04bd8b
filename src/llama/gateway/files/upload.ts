import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Busboy, type BusboyInstance } from "@fastify/busboy";
import { BadRequest } from "../../openai/bad-request.ts";
import type { FileObject, FileStore } from "./file-store.ts";

/**
 * Stores the file of a `multipart/form-data` request with the fields `purpose` and `file`, while it comes.
 *
 * @throws {BadRequest} it is no such request, or it broke off.
 */
export async function storeUpload(
	headers: IncomingHttpHeaders,
	body: Readable,
	store: FileStore,
): Promise<FileObject> {
	const type = headers["content-type"];
	if (type === undefined || !/^multipart\/form-data\b/i.test(type)) {
		const text = 'it takes a form (multipart/form-data) with a "purpose" and a "file"';
		throw new BadRequest("invalid_request", text);
	}
	const form = busboy({ ...headers, "content-type": type });
	const fields = new Map<string, string>();
	const written: Written[] = [];
	form.on("field", (name, value) => fields.set(name, value));
	form.on("file", (name, file, filename) => {
		if (name !== "file" || written.length > 0) {
			file.resume();
			return;
		}
		// The purpose may follow the file.
		const place = store.create(filename || "upload.jsonl", () => fields.get("purpose") ?? "batch");
		written.push({ place, done: pipeline(file, createWriteStream(place.path, { mode: 0o600 })) });
	});
	try {
		await pipeline(body, form);
		const [first] = written;
		if (first === undefined) throw new BadRequest("invalid_request", 'it has no "file"', "file");
		await first.done;
		return await first.place.keep();
	} catch (error) {
		for (const { place, done } of written) {
			await done.catch(() => {});
			await rm(place.path, { force: true });
		}
		if (error instanceof BadRequest) throw error;
		throw new BadRequest("invalid_request", `the form cannot be read: ${(error as Error).message}`);
	}
}

interface Written {
	readonly place: ReturnType<FileStore["create"]>;
	readonly done: Promise<void>;
}

function busboy(headers: IncomingHttpHeaders & { readonly "content-type": string }): BusboyInstance {
	try {
		return new Busboy({ headers, limits: { fields: 16, files: 2, fieldSize: 4096 } });
	} catch (error) {
		throw new BadRequest("invalid_request", `the form cannot be read: ${(error as Error).message}`);
	}
}
