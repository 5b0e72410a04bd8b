/** Where the bytes of the requests come from. */
export interface Source {
	/** How errors call it. */
	readonly name: string;
	/** Where it can be opened again; undefined for a pipe. */
	readonly path: string | undefined;
	/** How many bytes there are; undefined if nobody knows. */
	readonly bytes: number | undefined;
	/** All of it, from the beginning. A pipe that is not kept can be read once. */
	read(): AsyncIterable<Buffer>;
	/** As much as is asked for, from the beginning, as often as one likes before it is read. */
	peek(): AsyncIterable<Buffer>;
	/** Lets a pipe go whose end nobody waits for. */
	close(): void;
}
