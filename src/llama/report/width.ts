import { createRequire } from "node:module";

/** Text that is as wide as it is long, in any terminal. */
const PLAIN = /^[ -~]*$/;

/** Columns that a text takes in a terminal: a character of Chinese takes two, an accent of its own none. */
export function widthOf(text: string): number {
	if (PLAIN.test(text)) return text.length;
	// Loaded here and not imported above: hardly any report needs it, and every start of a job would wait for it.
	const { default: stringWidth }: typeof import("string-width") = createRequire(import.meta.url)(
		"string-width",
	);
	return stringWidth(text);
}

/** A text in a column of this width. */
export function padded(text: string, width: number, side: "left" | "right"): string {
	const room = " ".repeat(Math.max(0, width - widthOf(text)));
	return side === "left" ? text + room : room + text;
}

/** A text in no more than this width; where it is cut, three dots say so. */
export function shortened(text: string, width: number): string {
	if (widthOf(text) <= width) return text;
	let kept = "";
	for (const character of text) {
		if (widthOf(kept + character) > width - 3) break;
		kept += character;
	}
	return `${kept}...`;
}
