import { basename, dirname, join } from "node:path";
import type { GgufHeader } from "./header.ts";
import { MOST } from "./limits.ts";
import { GgufError } from "./source.ts";

/**
 * Paths of the other files of a model that is split as NAME-00001-of-00003.gguf, in their order; none for one that is
 * not split.
 */
export function otherParts(path: string, header: GgufHeader): string[] {
	const { part, parts } = placeOf(header);
	if (parts < 2) return [];
	const match = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/.exec(basename(path));
	if (match === null || Number(match[2]) !== part || Number(match[3]) !== parts) {
		throw new GgufError(
			`it is part ${part} of ${parts}, but its name does not end in -${five(part)}-of-${five(parts)}.gguf`,
		);
	}
	const nameOf = (each: number) => join(dirname(path), `${match[1]}-${five(each)}-of-${five(parts)}.gguf`);
	if (part !== 1) throw new GgufError(`it is part ${part} of ${parts}: give the first part, ${nameOf(1)}`);
	return Array.from({ length: parts - 1 }, (_, index) => nameOf(index + 2));
}

/** Fails unless a file says that it is this part of so many. */
export function checkPart(header: GgufHeader, part: number, parts: number): void {
	const own = placeOf(header);
	if (own.part !== part || own.parts !== parts)
		throw new GgufError(
			`it is part ${own.part} of ${own.parts}, and not ${part} of ${parts} as its name says`,
		);
}

/** llama.cpp's splitter writes both as 16-bit numbers, and counts from 0. */
function placeOf({ keys }: GgufHeader): { readonly part: number; readonly parts: number } {
	const parts = keys.get("split.count") ?? 1;
	const index = keys.get("split.no") ?? 0;
	const valid = isPart(parts) && isPart(index);
	if (!valid) throw new GgufError("it is damaged: its keys split.no and split.count are no numbers of parts");
	return { part: index + 1, parts };
}

function isPart(value: unknown): value is number {
	return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MOST.parts;
}

function five(part: number): string {
	return `${part}`.padStart(5, "0");
}
