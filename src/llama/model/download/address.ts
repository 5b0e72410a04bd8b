import { createHash } from "node:crypto";
import { posix } from "node:path";

/** Where a model is to be had, if it is no file of this machine. */
export interface ModelAddress {
	/** As the user wrote it. */
	readonly uri: string;
	/** A folder of its own within the cache, so that two files of one name are not taken for each other; "" for none. */
	readonly folder: string;
	/** The file's name, if it is known before the server is asked. */
	readonly file: string | undefined;
}

const HUGGING_FACE = /^hf:[^/]+\/[^/].*$/;
const URL_START = /^https?:\/\//i;

/** Understands `hf:USER/REPO[:QUANT]` and `https://HOST/PATH.gguf`; undefined for a path. */
export function modelAddress(model: string): ModelAddress | undefined {
	if (HUGGING_FACE.test(model)) return { uri: model, folder: "", file: undefined };
	if (!URL_START.test(model) || !URL.canParse(model)) return undefined;
	const { host, pathname } = new URL(model);
	const file = decoded(posix.basename(pathname));
	// Whatever comes after the path is often a signature that changes.
	const hash = createHash("sha256")
		.update(`${host}${posix.dirname(pathname)}`)
		.digest("hex")
		.slice(0, 12);
	return { uri: model, folder: `${host.replace(/[^\w.-]/g, "_")}-${hash}`, file };
}

/** The address that was probably meant by a path where no file is: `USER/REPO`. */
export function meantAddress(path: string): string | undefined {
	return /^\w[\w.-]*\/\w[\w.-]*(:[\w.-]+)?$/.test(path) && !path.endsWith(".gguf") ? `hf:${path}` : undefined;
}

function decoded(name: string): string {
	try {
		// A name that means a folder when it is decoded stays as it is.
		const text = decodeURIComponent(name);
		return text.includes("/") || text.includes("\0") ? name : text;
	} catch {
		return name;
	}
}
