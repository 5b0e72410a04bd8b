import { ArgumentError } from "../../../base/errors.ts";

/** What a rule may be: one of several sequences. */
export type Alternatives = readonly (readonly Item[])[];

/** A step of a sequence. */
export interface Item {
	/** A character, another rule, or alternatives in brackets. */
	readonly what: "text" | { readonly rule: string } | { readonly group: Alternatives };
	/** It may be left out: `?`, `*`, `{0,n}`, or an empty text. */
	readonly optional: boolean;
	/** It may come again without end: `*`, `+`, `{n,}`. */
	readonly endless: boolean;
}

const LARGEST = 1_000_000;
const MOST_RULES = 10_000;
const DEEPEST = 100;
/** llama.cpp refuses more. */
const MOST_REPEATS = 2000;
const BLANK = /(?:[ \t]|#[^\r\n]*)*/y;
const BLANK_LINES = /(?:[ \t\r\n]|#[^\r\n]*)*/y;
const NAME = /[a-zA-Z0-9-]+/y;
const LITERAL = /"((?:[^"\\]|\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[tnr\\"[\]-]))*)"/y;
const CLASS = /\[(?:[^\]\\]|\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[tnr\\"[\]-]))*\]/y;
/** By its id: names are for whoever has the vocabulary. */
const TOKEN = /!?<\[\d{1,9}\]>/y;
const COUNT = /\{(\d+)(?:[ \t]*(,)[ \t]*(\d*))?[ \t]*\}/y;

/**
 * The rules of a grammar in llama.cpp's GBNF.
 *
 * @throws {ArgumentError} ERR_ARG: it is none.
 */
export function readGbnf(text: string): ReadonlyMap<string, Alternatives> {
	if (text.length > LARGEST) throw problem(`it is longer than ${LARGEST} characters`);
	return new GbnfReader(text).read();
}

/** An error of a grammar. */
export function problem(what: string): ArgumentError {
	return new ArgumentError("ERR_ARG", `the grammar cannot be used: ${what}`);
}

class GbnfReader {
	readonly #text: string;
	#at = 0;
	#depth = 0;

	constructor(text: string) {
		this.#text = text;
	}

	read(): ReadonlyMap<string, Alternatives> {
		const rules = new Map<string, Alternatives>();
		for (this.#take(BLANK_LINES); this.#at < this.#text.length; this.#take(BLANK_LINES)) {
			const name = this.#take(NAME)?.[0] ?? this.#fail("a rule's name is missing");
			this.#take(BLANK);
			if (!this.#text.startsWith("::=", this.#at)) this.#fail(`"::=" is missing after "${name}"`);
			this.#at += 3;
			rules.set(name, this.#alternatives());
			if (rules.size > MOST_RULES) throw problem(`it has more than ${MOST_RULES} rules`);
			if (this.#at < this.#text.length && !"\r\n".includes(this.#text[this.#at] as string)) {
				this.#fail("what stands there is unknown");
			}
		}
		return rules;
	}

	#alternatives(): Alternatives {
		this.#depth += 1;
		if (this.#depth > DEEPEST) this.#fail(`its brackets are more than ${DEEPEST} deep`);
		const found: (readonly Item[])[] = [];
		do {
			this.#take(BLANK_LINES);
			found.push(this.#sequence());
		} while (this.#takeText("|"));
		this.#depth -= 1;
		return found;
	}

	#sequence(): readonly Item[] {
		const items: Item[] = [];
		for (let what = this.#what(); what !== undefined; what = this.#what()) {
			items.push(this.#repeated(what));
			// In brackets a sequence may go on in the next line.
			this.#take(this.#depth > 1 ? BLANK_LINES : BLANK);
		}
		return items;
	}

	#what(): Pick<Item, "what" | "optional"> | undefined {
		const literal = this.#take(LITERAL);
		if (literal !== undefined) return { what: "text", optional: literal[1] === "" };
		if (this.#take(CLASS) !== undefined || this.#take(TOKEN) !== undefined || this.#takeText(".")) {
			return { what: "text", optional: false };
		}
		const rule = this.#take(NAME)?.[0];
		if (rule !== undefined) return { what: { rule }, optional: false };
		if (!this.#takeText("(")) return undefined;
		const group = this.#alternatives();
		if (!this.#takeText(")")) this.#fail('a ")" is missing');
		return { what: { group }, optional: false };
	}

	#repeated({ what, optional }: Pick<Item, "what" | "optional">): Item {
		this.#take(this.#depth > 1 ? BLANK_LINES : BLANK);
		if (optional && /[*+{]/y.test(this.#text[this.#at] ?? "")) this.#fail("an empty text is repeated");
		if (this.#takeText("*")) return { what, optional: true, endless: true };
		if (this.#takeText("+")) return { what, optional, endless: true };
		if (this.#takeText("?")) return { what, optional: true, endless: false };
		const count = this.#take(COUNT);
		if (count === undefined) return { what, optional, endless: false };
		const [all, least, comma, most] = count;
		const largest = Math.max(Number(least), Number(most ?? 0));
		if (largest > MOST_REPEATS) this.#fail(`${all} is more than ${MOST_REPEATS}`);
		if (most && Number(most) < Number(least)) this.#fail(`${all} is backwards`);
		return { what, optional: optional || Number(least) === 0, endless: comma === "," && most === "" };
	}

	#take(pattern: RegExp): RegExpExecArray | undefined {
		pattern.lastIndex = this.#at;
		const match = pattern.exec(this.#text);
		if (match === null) return undefined;
		this.#at += match[0].length;
		return match;
	}

	#takeText(text: string): boolean {
		if (!this.#text.startsWith(text, this.#at)) return false;
		this.#at += text.length;
		return true;
	}

	#fail(what: string): never {
		const before = this.#text.slice(0, this.#at).split("\n");
		const rest = JSON.stringify(this.#text.slice(this.#at, this.#at + 20));
		throw problem(`${what}, in line ${before.length} before ${rest}`);
	}
}
