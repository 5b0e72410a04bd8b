/** A line longer than this is not one of ours: the connection is dropped instead of filling memory. */
const LONGEST_LINE = 16 * 1024 * 1024;

/** Collects JSON values from chunks of a stream of JSON lines. Throws where a line is not JSON. */
export class JsonLines {
	#pending: Buffer[] = [];
	#bytes = 0;

	push(chunk: Buffer): unknown[] {
		const values: unknown[] = [];
		let start = 0;
		for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
			this.#pending.push(chunk.subarray(start, end));
			values.push(JSON.parse(Buffer.concat(this.#pending).toString("utf8")));
			this.#pending = [];
			this.#bytes = 0;
			start = end + 1;
		}
		if (start < chunk.length) this.#pending.push(chunk.subarray(start));
		this.#bytes += chunk.length - start;
		if (this.#bytes > LONGEST_LINE) throw new RangeError("Cannot read a control message above 16 MiB");
		return values;
	}
}
