/** Most times that llama.cpp repeats something in one go. */
const MOST_AT_ONCE = 1000;

/** The rules of a grammar in GBNF, as they are found. */
export class Rules {
	readonly #bodies = new Map<string, string>();

	/** Takes a name that no other rule has, made of what it stands for; its body follows by `set`. */
	reserve(wish: string): string {
		const plain = wish.replace(/[^a-zA-Z0-9]+/g, "-").slice(-40);
		const base = /^[a-zA-Z]/.test(plain) ? plain : `r${plain}`;
		let name = base;
		for (let number = 2; this.#bodies.has(name); number++) name = `${base}-${number}`;
		this.#bodies.set(name, "");
		return name;
	}

	/** What a reserved name stands for. */
	set(name: string, body: string): void {
		this.#bodies.set(name, body);
	}

	has(name: string): boolean {
		return this.#bodies.has(name);
	}

	/** A rule of its own. @returns its name. */
	add(wish: string, body: string): string {
		const name = this.reserve(wish);
		this.set(name, body);
		return name;
	}

	/** An item from `least` to `most` times; without `most` as often as it likes. */
	repeat(item: string, least: number, most?: number): string {
		if (most === undefined) return least === 0 ? `${item}*` : `${exactly(item, least - 1)} ${item}+`.trim();
		return `${exactly(item, least)} ${this.#upTo(item, most - least)}`.trim();
	}

	#upTo(item: string, most: number): string {
		if (most === 0) return "";
		if (most === 1) return `${item}?`;
		if (most <= MOST_AT_ONCE) return `${item}{0,${most}}`;
		const more = this.#upTo(item, most - MOST_AT_ONCE);
		return this.add("repeated", `${item}{0,${MOST_AT_ONCE - 1}} | ${exactly(item, MOST_AT_ONCE)} ${more}`);
	}

	/** The grammar; the text must be what the rule `root` says. */
	toString(): string {
		return [...this.#bodies].map(([name, body]) => `${name} ::= ${body}\n`).join("");
	}
}

function exactly(item: string, times: number): string {
	if (times === 0) return "";
	if (times === 1) return item;
	const whole = Array.from({ length: Math.floor(times / MOST_AT_ONCE) }, () => `${item}{${MOST_AT_ONCE}}`);
	const rest = times % MOST_AT_ONCE;
	return [...whole, rest === 0 ? "" : `${item}{${rest}}`].join(" ").trim();
}

/** One of several; in brackets, so that it can stand anywhere. */
export function oneOf(alternatives: readonly string[]): string {
	const different = [...new Set(alternatives)];
	return different.length === 1 ? (different[0] as string) : `(${different.join(" | ")})`;
}

/** A text as it stands. */
export function literal(text: string): string {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what cannot stand in a literal
	return `"${text.replace(/["\\\u0000-\u001f\u007f]/g, escapeCharacter)}"`;
}

/** A character as it can stand in a GBNF literal or class. */
export function escapeCharacter(character: string): string {
	if (character === "\n") return "\\n";
	if (character === "\r") return "\\r";
	if (character === "\t") return "\\t";
	const code = character.codePointAt(0) ?? 0;
	if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, "0").toUpperCase()}`;
	return /["\\[\]]/.test(character) ? `\\${character}` : character;
}
