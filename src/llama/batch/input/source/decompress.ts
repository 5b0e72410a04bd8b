import { type Duplex, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import zlib from "node:zlib";

/** How a file is packed. */
export type Compression = "gzip" | "zstd";

/** Of zlib in Node from 22.15 on. */
interface ZstdOfNode {
	readonly createZstdDecompress?: () => Duplex;
}

/** What one step unpacks is not bounded by what goes in: small steps keep it small. */
const STEP_BYTES = 1 << 14;

/** How a file that begins like this is packed. */
export function compressionOf(head: Buffer): Compression | undefined {
	if (head[0] === 0x1f && head[1] === 0x8b) return "gzip";
	const magic = head.length < 4 ? 0 : head.readUInt32LE(0);
	// A frame, or one to be skipped, with which pzstd begins.
	return magic === 0xfd2fb528 || magic >>> 4 === 0x184d2a5 ? "zstd" : undefined;
}

/** The bytes that were packed. */
export async function* decompress(
	chunks: AsyncIterable<Buffer>,
	compression: Compression,
): AsyncGenerator<Buffer, void, undefined> {
	const { createZstdDecompress } = zlib as ZstdOfNode;
	if (compression === "gzip") yield* through(chunks, zlib.createGunzip());
	else if (createZstdDecompress === undefined) yield* unpackInScript(chunks);
	else yield* through(chunks, createZstdDecompress());
}

async function* through(
	chunks: AsyncIterable<Buffer>,
	unpacked: Duplex,
): AsyncGenerator<Buffer, void, undefined> {
	// What goes wrong comes out of the iteration, too.
	pipeline(Readable.from(chunks, { objectMode: false }), unpacked).catch(() => {});
	for await (const chunk of unpacked) yield chunk as Buffer;
}

async function* unpackInScript(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
	const { Decompress } = await import("fzstd");
	let out: Uint8Array[] = [];
	const unpacked = new Decompress((data) => out.push(data));
	const take = () => {
		const bytes = Buffer.concat(out);
		out = [];
		return bytes;
	};
	for await (const chunk of chunks) {
		for (let at = 0; at < chunk.length; at += STEP_BYTES) {
			unpacked.push(chunk.subarray(at, at + STEP_BYTES));
			if (out.length > 0) yield take();
		}
	}
	unpacked.push(new Uint8Array(0), true);
	yield take();
}
