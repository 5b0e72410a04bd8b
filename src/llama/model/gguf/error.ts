/** What is wrong with a model file, to be read after "Cannot load model FILE: ". */
export class GgufError extends Error {}

const SHOWN = 60;

/** A text of a file, for messages: in quotes, cut, and without what a terminal would obey. */
export function quoted(text: string): string {
	const cut = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
	return JSON.stringify(cut).replace(
		/[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
		(character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
	);
}
