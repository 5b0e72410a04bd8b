import type { Readable } from "node:stream";
import { JobError } from "../../../errors.ts";
import type { Source } from "./source.ts";
import { Spool } from "./spool.ts";

/** What comes out of a pipe: read once, or kept in a file for as often as one likes. */
export class PipeSource implements Source {
	readonly name: string;
	readonly path = undefined;
	readonly bytes = undefined;
	readonly #stream: Readable;
	readonly #chunks: AsyncIterator<Buffer>;
	readonly #spool: Spool | undefined;
	/** Of a pipe that is not kept: what was looked at and not read. */
	#seen: Buffer[] = [];
	#spent = false;

	constructor(name: string, stream: Readable, keep: boolean) {
		this.name = name;
		this.#stream = stream;
		// Not `for await`, which would destroy the stream at the end of each look.
		this.#chunks = stream.iterator({ destroyOnReturn: false });
		this.#spool = keep ? new Spool() : undefined;
	}

	async *peek(): AsyncGenerator<Buffer, void, undefined> {
		if (this.#spool === undefined) yield* this.#seen;
		else yield* this.#spool.read();
		for (let chunk = await this.#next(); chunk !== undefined; chunk = await this.#next()) {
			if (this.#spool === undefined) this.#seen.push(chunk);
			else this.#spool.append(chunk);
			yield chunk;
		}
	}

	async *read(): AsyncGenerator<Buffer, void, undefined> {
		if (this.#spool !== undefined) {
			yield* this.peek();
			return;
		}
		if (this.#spent) throw new JobError(`Cannot read ${this.name} a second time: it is a pipe`);
		this.#spent = true;
		for (let chunk = this.#seen.shift(); chunk !== undefined; chunk = this.#seen.shift()) yield chunk;
		for (let chunk = await this.#next(); chunk !== undefined; chunk = await this.#next()) yield chunk;
	}

	close(): void {
		this.#stream.destroy();
	}

	async #next(): Promise<Buffer | undefined> {
		const { done, value } = await this.#chunks.next();
		return done === true ? undefined : value;
	}
}
