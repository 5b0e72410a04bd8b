import { ArgumentError } from "../../../base/errors.ts";
import { ANY, jsonClass, others, plainClass, type Range, SETS } from "./characters.ts";
import { oneOf, type Rules } from "./rules.ts";

const DEEPEST = 50;
const MOST_REPEATS = 10_000;
const CONTROL: ReadonlyMap<string, string> = new Map([
	["n", "\n"],
	["r", "\r"],
	["t", "\t"],
	["f", "\f"],
	["v", "\v"],
]);

/** Where the text that must match stands. */
export interface RegexPlace {
	/** It stands in a JSON string, where some characters are escaped. */
	readonly json: boolean;
	/** What may come before and after, where the expression has no `^` or `$`; undefined: nothing. */
	readonly around?: string;
}

/**
 * A regular expression as GBNF.
 *
 * @throws {ArgumentError} ERR_ARG: it is none, or has what a grammar cannot say.
 */
export function regexRule(source: string, rules: Rules, place: RegexPlace): string {
	return new RegexReader(source, rules, place).read();
}

class RegexReader {
	readonly #source: string;
	readonly #characters: readonly string[];
	readonly #rules: Rules;
	readonly #place: RegexPlace;
	#at = 0;
	#depth = 0;

	constructor(source: string, rules: Rules, place: RegexPlace) {
		this.#source = source;
		this.#characters = [...source];
		this.#rules = rules;
		this.#place = place;
	}

	read(): string {
		const { around } = this.#place;
		const alternatives: string[] = [];
		do {
			const begins = this.#take("^");
			const items = this.#sequence();
			const ends = this.#take("$");
			const wide = around === undefined ? "" : `${around}*`;
			const parts = [begins ? "" : wide, items, ends ? "" : wide].filter((part) => part !== "");
			alternatives.push(parts.join(" ") || '""');
		} while (this.#take("|"));
		if (this.#at < this.#characters.length) throw this.#problem(`there is a "${this.#peek()}" too many`);
		return oneOf(alternatives);
	}

	#sequence(): string {
		const items: string[] = [];
		for (let next = this.#peek(); next !== undefined; next = this.#peek()) {
			if (next === "|" || next === ")" || (next === "$" && this.#depth === 0)) break;
			items.push(this.#repeated(this.#atom()));
		}
		return items.filter((item) => item !== "").join(" ");
	}

	#atom(): string {
		const character = this.#next();
		if (character === "(") return this.#group();
		if (character === "[") return this.#set(this.#class());
		if (character === ".") return this.#set(ANY);
		if (character === "\\") return this.#set(this.#escape());
		if ("*+?{".includes(character)) throw this.#problem(`there is nothing for "${character}" to repeat`);
		if ("^$".includes(character)) throw this.#problem(`"${character}" can stand only at an end`);
		return this.#set([one(character)]);
	}

	#group(): string {
		this.#depth += 1;
		if (this.#depth > DEEPEST) throw this.#problem(`its groups are more than ${DEEPEST} deep`);
		if (this.#take("?")) this.#groupKind();
		const alternatives = [this.#sequence()];
		while (this.#take("|")) alternatives.push(this.#sequence());
		if (!this.#take(")")) throw this.#problem('a ")" is missing');
		this.#depth -= 1;
		return `(${alternatives.map((each) => (each === "" ? '""' : each)).join(" | ")})`;
	}

	/** Names of groups do not matter; looking ahead and behind is beyond a grammar. */
	#groupKind(): void {
		if (this.#take(":")) return;
		this.#take("P");
		if (this.#take("<") && !"=!".includes(this.#peek() ?? "=")) {
			while (this.#next() !== ">");
			return;
		}
		throw this.#problem("a grammar cannot look ahead or behind, nor switch flags");
	}

	#repeated(item: string): string {
		const [least, most] = this.#times() ?? [1, 1];
		if (least === 1 && most === 1) return item;
		// A lazy repetition matches the same texts.
		if (!this.#take("?") && this.#peek() === "+") throw this.#problem('"+" after a repetition is unknown');
		return this.#rules.repeat(item, least, most);
	}

	#times(): readonly [number, number?] | undefined {
		if (this.#take("*")) return [0];
		if (this.#take("+")) return [1];
		if (this.#take("?")) return [0, 1];
		const counted = /^\{(\d+)(,?)(\d*)\}/.exec(this.#characters.slice(this.#at, this.#at + 20).join(""));
		if (counted === null) return undefined;
		this.#at += counted[0].length;
		const least = Number(counted[1]);
		const most = counted[2] === "" ? least : counted[3] === "" ? undefined : Number(counted[3]);
		if (Math.max(least, most ?? 0) > MOST_REPEATS || (most !== undefined && most < least)) {
			throw this.#problem(`${counted[0]} must be from 0 to ${MOST_REPEATS}, the smaller first`);
		}
		return most === undefined ? [least] : [least, most];
	}

	#class(): readonly Range[] {
		const negative = this.#take("^");
		const ranges: Range[] = [];
		for (let first = true; first || this.#peek() !== "]"; first = false) {
			const from = this.#member();
			const [start, rest] = from;
			const isRange = this.#peek() === "-" && this.#characters[this.#at + 1] !== "]";
			if (!isRange || rest !== undefined || start === undefined) {
				ranges.push(...from);
				continue;
			}
			this.#next();
			const [end] = this.#member();
			if (end === undefined || end[0] < start[0]) throw this.#problem("a range of a class is backwards");
			ranges.push([start[0], end[1]]);
		}
		this.#next();
		return negative ? others(ranges) : ranges;
	}

	#member(): readonly Range[] {
		const character = this.#next();
		return character === "\\" ? this.#escape(true) : [one(character)];
	}

	#escape(inClass = false): readonly Range[] {
		const letter = this.#next();
		const set = SETS.get(letter);
		if (set !== undefined) return set;
		const control = CONTROL.get(letter);
		if (control !== undefined) return [one(control)];
		if (letter === "x" || letter === "u") return [one(this.#hexadecimal(letter === "x" ? 2 : 4))];
		if (letter === "b" && inClass) return [one("\b")];
		if (/[a-zA-Z0-9]/.test(letter)) throw this.#problem(`"\\${letter}" is beyond a grammar`);
		return [one(letter)];
	}

	#hexadecimal(digits: number): string {
		const text = this.#characters.slice(this.#at, this.#at + digits).join("");
		if (!/^[0-9a-fA-F]+$/.test(text) || text.length < digits) {
			throw this.#problem(`"${text}" is no code of ${digits} hexadecimal digits`);
		}
		this.#at += digits;
		return String.fromCharCode(Number.parseInt(text, 16));
	}

	#set(ranges: readonly Range[]): string {
		if (ranges.length === 0) throw this.#problem("a class of it has no characters");
		const rule = this.#place.json ? jsonClass(ranges) : plainClass(ranges);
		if (rule !== undefined) return rule;
		throw this.#problem("it asks for a control character that a JSON string cannot have");
	}

	#peek(): string | undefined {
		return this.#characters[this.#at];
	}

	#take(character: string): boolean {
		if (this.#peek() !== character) return false;
		this.#at += 1;
		return true;
	}

	#next(): string {
		const character = this.#peek();
		if (character === undefined) throw this.#problem("it ends too early");
		this.#at += 1;
		return character;
	}

	#problem(what: string): ArgumentError {
		const source = this.#source.length > 60 ? `${this.#source.slice(0, 57)}...` : this.#source;
		return new ArgumentError("ERR_ARG", `the regular expression ${JSON.stringify(source)}: ${what}`);
	}
}

function one(character: string): Range {
	const point = character.codePointAt(0) ?? 0;
	return [point, point];
}
