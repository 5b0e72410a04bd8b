/**
 * The form in which head and agent write their messages on a byte stream: a kind, a length, and so many bytes.
 * A message is JSON; bytes that belong to it (a rank's output) go before it, in pieces.
 */
const HEADER_BYTES = 5;

const KIND = { message: 0, piece: 1, messageOfPieces: 2, ping: 3 } as const;

/** Bytes of one piece: what a message of the control plane may have to wait for. */
const PIECE_BYTES = 64 * 1024;

/** A frame or a message larger than this is not one of ours. */
const LARGEST = 256 * 1024 * 1024;

/** What comes out of a stream of frames; a ping is undefined. */
type Received = Readonly<Record<string, unknown>> | undefined;

function frame(kind: number, body: Uint8Array): Uint8Array[] {
	const header = Buffer.alloc(HEADER_BYTES);
	header.writeUInt8(kind, 0);
	header.writeUInt32LE(body.length, 1);
	return [header, body];
}

/** Says only that the writer is alive. */
export const PING: Uint8Array = Buffer.concat(frame(KIND.ping, new Uint8Array()));

/** A message without bytes, as one frame. */
export function messageFrame(message: object): Uint8Array {
	return Buffer.concat(frame(KIND.message, Buffer.from(JSON.stringify(message))));
}

/** A message and the bytes that are its `chunk`, as frames to be written one after the other. */
export function* chunkFrames(message: object, chunk: Uint8Array): Generator<Uint8Array[]> {
	for (let from = 0; from < chunk.length; from += PIECE_BYTES) {
		yield frame(KIND.piece, chunk.subarray(from, from + PIECE_BYTES));
	}
	yield frame(KIND.messageOfPieces, Buffer.from(JSON.stringify({ ...message, chunk: undefined })));
}

/** Finds the messages in a stream of frames. */
export class FrameReader {
	readonly #parts: Buffer[] = [];
	#bytes = 0;
	#pieces: Buffer[] = [];
	#piecesBytes = 0;
	/** Kind and length of the frame whose body is still on its way. */
	#head: { readonly kind: number; readonly length: number } | undefined;

	/** What is complete with these bytes. Throws RangeError or SyntaxError where they are no frames. */
	*push(data: Buffer): Generator<Received> {
		this.#parts.push(data);
		this.#bytes += data.length;
		for (;;) {
			if (this.#head === undefined) {
				if (this.#bytes < HEADER_BYTES) return;
				const header = this.#take(HEADER_BYTES);
				this.#head = { kind: header.readUInt8(0), length: header.readUInt32LE(1) };
				if (this.#head.length > LARGEST) throw new RangeError("Cannot read a frame of this size");
			}
			const { kind, length } = this.#head;
			if (this.#bytes < length) return;
			this.#head = undefined;
			const body = this.#take(length);
			if (kind === KIND.piece) this.#hold(body);
			else yield this.#read(kind, body);
		}
	}

	#hold(piece: Buffer): void {
		this.#pieces.push(piece);
		this.#piecesBytes += piece.length;
		if (this.#piecesBytes > LARGEST) throw new RangeError("Cannot read a message of this size");
	}

	#read(kind: number, body: Buffer): Received {
		if (kind === KIND.ping) return undefined;
		const message: unknown = JSON.parse(body.toString("utf8"));
		if (typeof message !== "object" || message === null || kind > KIND.ping) {
			throw new SyntaxError("Cannot read a frame that is no message");
		}
		if (kind === KIND.message) return { ...message };
		const chunk = Buffer.concat(this.#pieces);
		this.#pieces = [];
		this.#piecesBytes = 0;
		return { ...message, chunk };
	}

	#take(length: number): Buffer {
		const [first] = this.#parts;
		let whole = first !== undefined && first.length >= length ? first : Buffer.concat(this.#parts);
		if (whole !== first) this.#parts.length = 0;
		else this.#parts.shift();
		if (whole.length > length) this.#parts.unshift(whole.subarray(length));
		whole = whole.subarray(0, length);
		this.#bytes -= length;
		return whole;
	}
}
