import type { FileHandle } from "node:fs/promises";
import { halfBits } from "./half.ts";
import { TENSOR, VALUE } from "./types.ts";

/** A key and its value, with the value's type in the file. */
export type GgufEntry =
	| { readonly key: string; readonly type: "string"; readonly value: string }
	| { readonly key: string; readonly type: "bool"; readonly value: boolean }
	| { readonly key: string; readonly type: "u16" | "u32" | "f32"; readonly value: number }
	| { readonly key: string; readonly type: "strings"; readonly value: readonly string[] }
	| { readonly key: string; readonly type: "f32s" | "i32s"; readonly value: readonly number[] };

/** A matrix to write: its rows are asked for one after the other. */
export interface GgufMatrix {
	readonly name: string;
	/** Elements of a row: the input width of the layer. */
	readonly columns: number;
	/** Undefined for a vector. */
	readonly rows?: number;
	readonly type: keyof typeof TENSOR;
	/** Starts the matrix and returns what fills one row. */
	readonly fill: () => (row: Float32Array, index: number) => void;
}

const ALIGNMENT = 32;
const VERSION = 3;

/** Writes a GGUF file (version 3, little endian), one matrix in memory at a time. */
export async function writeGguf(
	file: FileHandle,
	entries: readonly GgufEntry[],
	matrices: readonly GgufMatrix[],
): Promise<void> {
	await file.writeFile(encodeHeader(entries, matrices));
	for (const matrix of matrices) await file.writeFile(encodeMatrix(matrix));
}

function encodeHeader(entries: readonly GgufEntry[], matrices: readonly GgufMatrix[]): Buffer {
	const parts: Buffer[] = [
		Buffer.from("GGUF"),
		u32(VERSION),
		u64(matrices.length),
		u64(entries.length),
		...entries.flatMap(encodeEntry),
	];
	let offset = 0;
	for (const matrix of matrices) {
		const dimensions = matrix.rows === undefined ? [matrix.columns] : [matrix.columns, matrix.rows];
		parts.push(string(matrix.name), u32(dimensions.length), ...dimensions.map(u64));
		parts.push(u32(TENSOR[matrix.type]), u64(offset));
		offset += padded(matrixBytes(matrix));
	}
	const header = Buffer.concat(parts);
	return Buffer.concat([header], padded(header.length));
}

function encodeEntry(entry: GgufEntry): Buffer[] {
	const key = string(entry.key);
	switch (entry.type) {
		case "string":
			return [key, u32(VALUE.string), string(entry.value)];
		case "bool":
			return [key, u32(VALUE.bool), Buffer.from([entry.value ? 1 : 0])];
		case "u16":
			return [key, u32(VALUE.u16), u16(entry.value)];
		case "u32":
			return [key, u32(VALUE.u32), u32(entry.value)];
		case "f32":
			return [key, u32(VALUE.f32), f32(entry.value)];
		case "strings":
			return [key, u32(VALUE.array), u32(VALUE.string), u64(entry.value.length), ...entry.value.map(string)];
		case "f32s":
			return [key, u32(VALUE.array), u32(VALUE.f32), u64(entry.value.length), ...entry.value.map(f32)];
		case "i32s":
			return [key, u32(VALUE.array), u32(VALUE.i32), u64(entry.value.length), ...entry.value.map(u32)];
	}
}

function encodeMatrix(matrix: GgufMatrix): Buffer {
	const { columns, rows = 1, type } = matrix;
	const bytes = Buffer.alloc(padded(matrixBytes(matrix)));
	const fill = matrix.fill();
	const row = new Float32Array(columns);
	const elementBytes = type === "f16" ? 2 : 4;
	for (let index = 0; index < rows; index++) {
		fill(row, index);
		const start = index * columns * elementBytes;
		for (let column = 0; column < columns; column++) {
			const value = row[column] ?? 0;
			if (type === "f16") bytes.writeUInt16LE(halfBits(value), start + column * 2);
			else bytes.writeFloatLE(value, start + column * 4);
		}
	}
	return bytes;
}

function matrixBytes({ columns, rows = 1, type }: GgufMatrix): number {
	return columns * rows * (type === "f16" ? 2 : 4);
}

function padded(bytes: number): number {
	return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

function u16(value: number): Buffer {
	const bytes = Buffer.alloc(2);
	bytes.writeUInt16LE(value);
	return bytes;
}

function u32(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32LE(value >>> 0);
	return bytes;
}

function u64(value: number): Buffer {
	const bytes = Buffer.alloc(8);
	bytes.writeBigUInt64LE(BigInt(value));
	return bytes;
}

function f32(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeFloatLE(value);
	return bytes;
}

function string(value: string): Buffer {
	const bytes = Buffer.from(value, "utf8");
	return Buffer.concat([u64(bytes.length), bytes]);
}
