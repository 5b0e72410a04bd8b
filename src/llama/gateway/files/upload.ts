import { createWriteStream } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
import { Busboy, type BusboyFileStream, type BusboyInstance } from "@fastify/busboy";
import { isSystemError } from "../../../base/system-error.ts";
import { BadRequest, show } from "../../openai/bad-request.ts";
import { HttpError } from "../http/http-error.ts";
import { keptSeconds } from "./expires-after.ts";
import type { FileObject, FileStore, NewFile } from "./file-store.ts";

/** OpenAI's. Only batches read files here; the others are kept for who lists them. */
const PURPOSES = ["batch", "assistants", "fine-tune", "vision", "user_data", "evals"];
/** Characters of a file's name that are kept. */
const LONGEST_NAME = 255;

/** A file that a form has. */
interface Part {
	readonly file: NewFile;
	readonly filename: string;
	readonly stream: BusboyFileStream;
	readonly written: Promise<void>;
}

/** What a form has besides its file. */
type Fields = ReadonlyMap<string, string>;

/**
 * Stores the file of a `multipart/form-data` request with the fields `purpose` and `file`, while it comes. What is not
 * whole leaves nothing behind.
 *
 * @throws {BadRequest} it is no such request.
 * @throws {HttpError} it is too large, or broke off.
 */
export async function storeUpload(
	headers: IncomingHttpHeaders,
	body: Readable,
	store: FileStore,
	largest: number,
): Promise<FileObject> {
	const type = headers["content-type"];
	if (type === undefined || !/^multipart\/form-data\b/i.test(type)) {
		const text = 'A form is needed (multipart/form-data) with a "purpose" and a "file"';
		throw new BadRequest("invalid_request", text);
	}
	const form = busboy({ ...headers, "content-type": type }, largest);
	const fields = new Map<string, string>();
	const parts: Part[] = [];
	let others = 0;
	form.on("field", (name, value) => fields.set(name, value));
	form.on("file", (name, stream, filename) => {
		if (name === "file" && parts.length === 0) {
			parts.push(partOf(store, stream, filename));
		} else {
			others += 1;
			stream.resume();
		}
	});
	try {
		await pipeline(body, form);
		await parts[0]?.written;
		return await keep(parts[0], fields, { others, largest });
	} catch (error) {
		for (const { stream, written, file } of parts) {
			stream.destroy();
			await written.catch(() => {});
			await file.drop();
		}
		if (error instanceof BadRequest || error instanceof HttpError || isSystemError(error)) throw error;
		throw unreadable(error);
	}
}

async function keep(
	part: Part | undefined,
	fields: Fields,
	{ others, largest }: { readonly others: number; readonly largest: number },
): Promise<FileObject> {
	if (part === undefined) throw new BadRequest("invalid_request", 'The form has no "file"', "file");
	if (others > 0) throw new BadRequest("invalid_request", 'The form has more than one "file"', "file");
	if (part.stream.truncated) {
		throw new HttpError(413, { message: `The file is too large: at most ${largest} bytes`, param: "file" });
	}
	if (part.stream.bytesRead === 0) throw new BadRequest("invalid_request", "The file is empty", "file");
	const purpose = fields.get("purpose");
	if (purpose === undefined || !PURPOSES.includes(purpose)) {
		const what = purpose === undefined ? 'The form has no "purpose"' : `"purpose" is ${show(purpose)}`;
		throw new BadRequest("invalid_request", `${what}: it takes "batch"`, "purpose");
	}
	const [anchor, seconds] = ["anchor", "seconds"].map((name) => fields.get(`expires_after[${name}]`));
	const kept =
		anchor === undefined && seconds === undefined
			? undefined
			: keptSeconds({ anchor, seconds: Number(seconds) }, "expires_after");
	return await part.file.keep({ filename: part.filename, purpose, seconds: kept });
}

function partOf(store: FileStore, stream: BusboyFileStream, filename: string | undefined): Part {
	const file = store.create();
	const target = createWriteStream(file.path, { mode: 0o600, flush: true });
	stream.pipe(target);
	const written = finished(target);
	// A form that breaks off ends the file without an end of its own.
	stream.once("close", () => stream.readableEnded || target.destroy());
	stream.once("error", (error: Error) => target.destroy(error));
	// A disk that takes no more must not keep the form waiting.
	written.catch(() => stream.resume());
	return { file, filename: (filename || "upload.jsonl").slice(-LONGEST_NAME), stream, written };
}

function busboy(
	headers: IncomingHttpHeaders & { readonly "content-type": string },
	largest: number,
): BusboyInstance {
	try {
		return new Busboy({ headers, limits: { fields: 16, files: 2, fieldSize: 4096, fileSize: largest } });
	} catch (error) {
		throw unreadable(error);
	}
}

function unreadable(error: unknown): BadRequest {
	return new BadRequest("invalid_request", `The form cannot be read: ${(error as Error).message}`);
}
