import { ArgumentError, MpiError } from "../base/errors.ts";
import { packValue, unpackValue } from "./packer.ts";

/** A value as bytes, with the number that says how to read them back. */
export interface Payload {
	/** Which type the bytes become again. The numbers are protocol. */
	readonly kind: number;
	/** The value as it travels. */
	readonly bytes: Uint8Array;
	/** Nobody else writes to `bytes`: they need no copy. */
	readonly owned: boolean;
}

/** Arrays of numbers, which travel as raw bytes and arrive as the same type. */
export type TypedArray =
	| Int8Array
	| Uint8Array
	| Uint8ClampedArray
	| Int16Array
	| Uint16Array
	| Int32Array
	| Uint32Array
	| Float32Array
	| Float64Array
	| BigInt64Array
	| BigUint64Array;

interface TypedArrayConstructor {
	readonly BYTES_PER_ELEMENT: number;
	new (buffer: ArrayBuffer, byteOffset: number, length: number): TypedArray;
}

const PACKED = 0;
const NUMBER = 1;
const UNDEFINED = 2;
const ARRAY_BUFFER = 3;
const BUFFER = 4;
const FIRST_TYPED_ARRAY = 16;

/** Kinds 16 and up, in this order. Wire protocol: append only. */
const typedArrays: readonly TypedArrayConstructor[] = [
	Int8Array,
	Uint8Array,
	Uint8ClampedArray,
	Int16Array,
	Uint16Array,
	Int32Array,
	Uint32Array,
	Float32Array,
	Float64Array,
	BigInt64Array,
	BigUint64Array,
] as unknown as readonly TypedArrayConstructor[];

const kindOfConstructor = new Map<unknown, number>(
	typedArrays.map((type, index) => [type, FIRST_TYPED_ARRAY + index]),
);

/** A value in its packed form, made by `pack`. */
class Packed implements Payload {
	readonly kind: number;
	readonly bytes: Uint8Array;
	readonly owned = true;

	constructor(kind: number, bytes: Uint8Array) {
		this.kind = kind;
		this.bytes = bytes;
	}
}

const nothing = new Uint8Array(0);

export function isTypedArray(value: unknown): value is TypedArray {
	return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/** Whether the value travels as its own raw bytes. */
export function isRaw(value: unknown): value is TypedArray | ArrayBuffer {
	return isTypedArray(value) || value instanceof ArrayBuffer;
}

/** The bytes of raw memory, not copied. */
export function bytesOf(value: TypedArray | ArrayBuffer): Uint8Array {
	if (value instanceof ArrayBuffer) return new Uint8Array(value);
	return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

/** The bytes to send of raw memory. */
function memoryOf(value: TypedArray | ArrayBuffer): Uint8Array {
	try {
		return bytesOf(value);
	} catch (cause) {
		const name = value.constructor.name;
		throw new ArgumentError("ERR_TYPE", `Cannot send this ${name}: its memory was transferred away`, {
			cause,
		});
	}
}

/** The kind that `value`'s type has on the wire. */
export function kindOf(value: TypedArray | ArrayBuffer): number {
	if (value instanceof ArrayBuffer) return ARRAY_BUFFER;
	if (Buffer.isBuffer(value)) return BUFFER;
	for (let type: unknown = value.constructor; type !== null; type = Object.getPrototypeOf(type)) {
		const kind = kindOfConstructor.get(type);
		if (kind !== undefined) return kind;
	}
	throw new ArgumentError(
		"ERR_TYPE",
		`Cannot send a ${value.constructor.name}: no such typed array is known`,
	);
}

/** The name of a kind, for messages. */
export function kindName(kind: number): string {
	if (kind === BUFFER) return "Buffer";
	if (kind === ARRAY_BUFFER) return "ArrayBuffer";
	const ArrayType = typedArrays[kind - FIRST_TYPED_ARRAY] as { name?: string } | undefined;
	return ArrayType?.name ?? "value that is no typed array";
}

/** Whether memory of kind `target` can take bytes of kind `received`: the same type, or both plain bytes. */
export function sameElements(target: number, received: number): boolean {
	const plain = (kind: number) => (kind === BUFFER || kind === ARRAY_BUFFER ? FIRST_TYPED_ARRAY + 1 : kind);
	return plain(target) === plain(received);
}

/**
 * Turns a value into bytes: typed arrays, ArrayBuffer and Buffer as their own memory, everything else through msgpackr.
 *
 * @throws {ArgumentError} ERR_TYPE for what cannot be packed: functions, symbols, promises, shared memory.
 */
export function encode(value: unknown): Payload {
	if (typeof value === "object" && value !== null) {
		if (value instanceof Packed) return value;
		if (isRaw(value)) return { kind: kindOf(value), bytes: memoryOf(value), owned: false };
		if (value instanceof Promise)
			throw new ArgumentError("ERR_TYPE", "Cannot send a Promise: await it first");
	}
	if (value === undefined) return { kind: UNDEFINED, bytes: nothing, owned: true };
	if (typeof value === "number")
		return { kind: NUMBER, bytes: new Uint8Array(Float64Array.of(value).buffer), owned: true };
	try {
		return { kind: PACKED, bytes: packValue(value), owned: true };
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		throw new ArgumentError("ERR_TYPE", `Cannot send this ${typeof value}: ${reason}`, { cause: error });
	}
}

/**
 * A stand-in for `value` that may be sent any number of times and is packed only once. What cannot be packed throws
 * here, before anything has left this rank.
 *
 * @throws {ArgumentError} ERR_TYPE, as `encode`.
 */
export function pack(value: unknown): unknown {
	if (value instanceof Packed || isRaw(value)) return value;
	const { kind, bytes } = encode(value);
	return new Packed(kind, bytes);
}

/**
 * Turns bytes back into the value. The bytes become the value's memory where they can: the caller must not use them
 * again.
 */
export function decode(kind: number, bytes: Uint8Array): unknown {
	if (kind === UNDEFINED) return undefined;
	if (kind === NUMBER && bytes.byteLength === 8) {
		return new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0, true);
	}
	if (kind === PACKED) return unpack(bytes);
	if (kind === BUFFER) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const own = ownBuffer(bytes);
	if (kind === ARRAY_BUFFER) return own;
	const ArrayType = typedArrays[kind - FIRST_TYPED_ARRAY];
	if (ArrayType === undefined || own.byteLength % ArrayType.BYTES_PER_ELEMENT !== 0) {
		throw new MpiError("ERR_TYPE", `Cannot decode a message of kind ${kind} and ${own.byteLength} bytes`);
	}
	return new ArrayType(own, 0, own.byteLength / ArrayType.BYTES_PER_ELEMENT);
}

function unpack(bytes: Uint8Array): unknown {
	try {
		return unpackValue(bytes);
	} catch (error) {
		throw new MpiError("ERR_TYPE", `Cannot decode a message of ${bytes.byteLength} bytes`, { cause: error });
	}
}

/** The bytes as a buffer of exactly their length: small messages sit in the frame of their envelope. */
function ownBuffer(bytes: Uint8Array): ArrayBuffer {
	const { buffer, byteOffset, byteLength } = bytes;
	if (byteOffset === 0 && byteLength === buffer.byteLength && buffer instanceof ArrayBuffer) return buffer;
	return new Uint8Array(bytes).buffer;
}
