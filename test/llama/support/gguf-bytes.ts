import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";

/** Types of values in a GGUF file, by number: the test's own table. */
export const TYPE = { string: 8, list: 9 } as const;

export function u32(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32LE(value);
	return bytes;
}

export function u64(value: number | bigint): Buffer {
	const bytes = Buffer.alloc(8);
	bytes.writeBigUInt64LE(BigInt(value));
	return bytes;
}

export function text(value: string): Buffer {
	const bytes = Buffer.from(value);
	return Buffer.concat([u64(bytes.length), bytes]);
}

/** A key of whatever type, with the bytes of its value. */
export function key(name: string, type: number, ...value: readonly Buffer[]): Buffer {
	return Buffer.concat([text(name), u32(type), ...value]);
}

/** The beginning of a GGUF file that claims so much, and what follows. */
export function head(tensors: number, keys: number, ...rest: readonly Buffer[]): Buffer {
	return Buffer.concat([Buffer.from("GGUF"), u32(3), u64(tensors), u64(keys), ...rest]);
}

/** A file that begins so and goes on with holes to a size, which takes no room on the disk. */
export function writeSparse(path: string, bytes: Buffer, size: number): string {
	const file = openSync(path, "w");
	writeSync(file, bytes);
	ftruncateSync(file, size);
	closeSync(file);
	return path;
}
