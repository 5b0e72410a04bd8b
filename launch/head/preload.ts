import { createReadStream, readFileSync, type Stats, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { LaunchError } from "../../src/base/errors.ts";
import type { Link } from "../link/link.ts";
import type { AgentToHead, HeadToAgent, Preload } from "../link/protocol.ts";

/** Bytes on their way to a host before we wait for it to have written some. */
const WINDOW = 4 * 1024 * 1024;

/** Looks at the files of --preload. Throws LaunchError if one of them cannot be sent. */
export function preloadOrder(files: readonly string[]): Preload {
	const names = new Map<string, string>();
	const orders = files.map((typed) => {
		const name = basename(typed);
		const twin = names.get(name);
		if (twin !== undefined) {
			throw new LaunchError(`Cannot preload ${typed}: ${twin} has the same name, and all go to one folder`);
		}
		names.set(name, typed);
		return { typed, name, mode: regularFile(typed).mode & 0o777 };
	});
	return { files: orders, moduleType: moduleType(files) };
}

function regularFile(file: string): Stats {
	let found: Stats;
	try {
		found = statSync(file);
	} catch (cause) {
		const why = cause instanceof Error ? cause.message : String(cause);
		throw new LaunchError(`Cannot preload ${file}: ${why}`, 1, { cause });
	}
	if (!found.isFile()) throw new LaunchError(`Cannot preload ${file}: only files are copied, and it is none`);
	return found;
}

/** How Node reads the first script among the files, where it is now. */
function moduleType(files: readonly string[]): Preload["moduleType"] {
	const script = files.find((file) => file.endsWith(".js") || file.endsWith(".ts"));
	if (script === undefined) return "module";
	for (let folder = dirname(resolve(script)); ; folder = dirname(folder)) {
		try {
			const content: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
			const isModule =
				typeof content === "object" && content !== null && "type" in content && content.type === "module";
			return isModule ? "module" : "commonjs";
		} catch {
			if (dirname(folder) === folder) return "commonjs";
		}
	}
}

/** Sends the files of --preload to one host, as fast as it writes them. */
export class PreloadSender {
	readonly #link: Link<HeadToAgent, AgentToHead>;
	#pending = 0;
	#resume: () => void = () => {};

	constructor(link: Link<HeadToAgent, AgentToHead>) {
		this.#link = link;
	}

	/** Rejects with LaunchError if a file cannot be read. */
	async send({ files }: Preload): Promise<void> {
		for (const [file, { typed }] of files.entries()) {
			try {
				for await (const chunk of createReadStream(typed, { highWaterMark: WINDOW / 16 })) {
					this.#pending += chunk.length;
					this.#link.send({ type: "file", file, chunk });
					if (this.#pending > WINDOW) {
						await new Promise<void>((resolve) => {
							this.#resume = resolve;
						});
					}
				}
			} catch (cause) {
				const why = cause instanceof Error ? cause.message : String(cause);
				throw new LaunchError(`Cannot preload ${typed}: ${why}`, 1, { cause });
			}
			this.#link.send({ type: "file-end", file });
		}
	}

	/** The host has written so many bytes. */
	credit(bytes: number): void {
		this.#pending -= bytes;
		if (this.#pending <= WINDOW / 2) this.#resume();
	}
}
