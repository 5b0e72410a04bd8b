import { createRequire } from "node:module";
import { refusal, Unpackable } from "./unpackable.ts";

interface Packer {
	pack(value: unknown): Uint8Array;
	unpack(bytes: Uint8Array): unknown;
}

let packer: Packer | undefined;
/** msgpackr keeps its extensions for all of the process: ours sees only what tsmpi itself packs. */
let ours = false;

/** Bytes of any value that msgpackr can pack. Throws Unpackable, and what msgpackr throws. */
export function packValue(value: unknown): Uint8Array {
	packer ??= load();
	ours = true;
	try {
		return packer.pack(value);
	} finally {
		ours = false;
	}
}

/** The value of bytes that `packValue` gave. */
export function unpackValue(bytes: Uint8Array): unknown {
	packer ??= load();
	// Not as a Buffer, which sockets give: the arrays in the value would be Buffers too.
	return packer.unpack(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

/**
 * Loaded with the first value that needs it, and so by `require`: it takes nearly as long to load as all of tsmpi, and
 * many programs send nothing but numbers and typed arrays.
 */
function load(): Packer {
	const { Packr, addExtension } = createRequire(import.meta.url)("msgpackr") as typeof import("msgpackr");
	addExtension({
		// Asked for every object that is not a plain one, of which typed arrays are the most.
		Class: {
			[Symbol.hasInstance]: (value: object) => ours && !ArrayBuffer.isView(value) && refusal.applies(value),
		},
		write: refusal.write,
	} as unknown as Parameters<typeof addExtension>[0]);
	const packr: Packer & { writeFunction?: () => never } = new Packr({
		structuredClone: true,
		useBigIntExtension: true,
		// Else a nested Uint8Array would be a view of the frame, and keep all of it.
		copyBuffers: true,
	});
	// Without this, msgpackr would send a function as undefined and nobody would know.
	packr.writeFunction = () => {
		throw new Unpackable("it holds a function");
	};
	return packr;
}
