const LONGEST = 60;

/** A name that a file gives, for an error's text: in quotation marks, escaped and cut. */
export function quote(name: string): string {
	const cut = name.length <= LONGEST ? name : `${name.slice(0, LONGEST - 3)}...`;
	// JSON leaves these as they are, and a terminal may obey them.
	return JSON.stringify(cut).replace(
		/[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
		(character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
	);
}
