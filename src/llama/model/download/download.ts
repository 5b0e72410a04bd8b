import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "../../../base/host/cache-folder.ts";
import { isSystemError } from "../../../base/system-error.ts";
import { EngineError, reasonOf } from "../../errors.ts";
import { type ModelAddress, modelAddress } from "./address.ts";
import { locked } from "./lock.ts";
import { progressLines, type Status } from "./progress.ts";
import { watched } from "./watch.ts";

/** Says how a download goes, a line at a time. */
export type Say = (line: string) => void;

/**
 * Path of a model on this machine: one that is given by an address is downloaded into the user's cache folder, where
 * it stays. A download that was broken off goes on where it stopped.
 *
 * @param model A path, which is returned as it is, `hf:USER/REPO[:QUANT]` or the URL of a GGUF file.
 * @param patienceMs After so long without a byte the server is given up. @default a minute
 * @throws {EngineError} ERR_MODEL: it cannot be had; ERR_ENGINE_MISSING: node-llama-cpp, which downloads, is not installed.
 */
export async function localModel(model: string, say: Say, patienceMs?: number): Promise<string> {
	const address = modelAddress(model);
	if (address === undefined) return model;
	if (address.file !== undefined && !/\.gguf$/i.test(address.file)) {
		throw new EngineError(
			"ERR_MODEL",
			`Cannot download model ${model}: the name of its file does not end in .gguf`,
		);
	}
	const library = await loadLibrary(model);
	try {
		const folder = join(cacheFolder(), "models", address.folder);
		await mkdir(folder, { recursive: true });
		const name = createHash("sha256").update(model).digest("hex").slice(0, 12);
		return await locked(join(folder, `.${name}.lock`), () =>
			download(library, address, folder, { say, patienceMs }),
		);
	} catch (error) {
		throw new EngineError("ERR_MODEL", `Cannot download model ${model}: ${reason(error)}`, { cause: error });
	}
}

type Library = Pick<typeof import("node-llama-cpp"), "resolveModelFile">;

async function loadLibrary(model: string): Promise<Library> {
	try {
		return await import("node-llama-cpp");
	} catch (error) {
		throw new EngineError(
			"ERR_ENGINE_MISSING",
			`Cannot download model ${model}: node-llama-cpp is not installed here; run: npm install node-llama-cpp`,
			{ cause: error },
		);
	}
}

async function download(
	{ resolveModelFile }: Library,
	{ uri, file }: ModelAddress,
	directory: string,
	{ say, patienceMs }: { readonly say: Say; readonly patienceMs: number | undefined },
): Promise<string> {
	const common = { directory, cli: false, ...(isWhole(file) ? { fileName: file } : {}) };
	// What is there already needs no network.
	const known = file === undefined || isWhole(file) ? common : { ...common, fileName: file };
	const found = await resolveModelFile(uri, { ...known, download: false }).catch(() => undefined);
	if (found !== undefined) return found;
	if (file !== undefined) await reach(uri);
	const tell = progressLines(uri, say);
	const run = async (signal: AbortSignal, hear: (status: Status) => void) => {
		const onProgress = (status: Status) => {
			hear(status);
			tell(status);
		};
		return await resolveModelFile(uri, { ...common, deleteTempFileOnCancel: false, onProgress, signal });
	};
	return await watched(directory, run, patienceMs);
}

/** One file, and not the first part of several, whose names node-llama-cpp makes itself. */
function isWhole(file: string | undefined): file is string {
	return file !== undefined && !/-\d{5}-of-\d{5}\.gguf$/i.test(file);
}

/** Fails at once where node-llama-cpp's downloader would try again for minutes: there is no such server, or it refuses. */
async function reach(url: string): Promise<void> {
	const { status, statusText } = await fetch(url, { method: "HEAD" });
	if (status === 404 || status === 410) throw new Error(`the server says ${status} ${statusText}`.trim());
}

function reason(error: unknown): string {
	// "fetch failed" tells nothing, what is below it does.
	const cause = error instanceof Error ? error.cause : undefined;
	if (cause !== undefined && isSystemError(cause)) return `the server cannot be reached (${cause.code})`;
	const [line = ""] = reasonOf(cause ?? error).split("\n");
	return /fetch failed/.test(line) ? "the server cannot be reached" : line;
}
