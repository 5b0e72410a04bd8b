import { splitWords } from "../words.ts";
import type { Refuse } from "./mistake.ts";
import type { OptionRow } from "./row.ts";
import type { GivenOption } from "./scan.ts";
import { LONGEST_SECONDS, parseSeconds } from "./seconds.ts";

/** Bounds of a number, both allowed. */
export interface Range {
	readonly least: number;
	/** Default: no bound. */
	readonly most?: number;
}

/**
 * The values of the options that were given. Each reader gives undefined for an option that is not there, and throws for
 * a value that cannot be used. Where an option is there several times, the last one counts.
 */
export class OptionValues<Name extends string> {
	readonly #values = new Map<string, string[]>();
	readonly #refuse: Refuse;

	constructor(given: readonly GivenOption<OptionRow & { readonly name: Name }>[], refuse: Refuse) {
		this.#refuse = refuse;
		for (const { row, value } of given) {
			const values = this.#values.get(row.name);
			if (values === undefined) this.#values.set(row.name, [value]);
			else values.push(value);
		}
	}

	has(name: Name): boolean {
		return this.#values.has(name);
	}

	/** As it was typed. */
	text(name: Name): string | undefined {
		return this.#values.get(name)?.at(-1);
	}

	/** Every value, for an option that may be given several times. */
	all(name: Name): readonly string[] {
		return this.#values.get(name) ?? [];
	}

	/** A value of any other kind. `parse` gives undefined for a text that is not `expected`. */
	parsed<T>(name: Name, expected: string, parse: (text: string) => T | undefined): T | undefined {
		const value = this.text(name);
		if (value === undefined) return undefined;
		const parsed = parse(value);
		if (parsed === undefined) throw this.#refuse({ kind: "value", name, value, expected });
		return parsed;
	}

	/** A whole number. */
	integer(name: Name, { least, most = Number.MAX_SAFE_INTEGER }: Range): number | undefined {
		const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} up` : `from ${least} to ${most}`;
		return this.parsed(name, `a whole number ${range}`, (text) => {
			const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
			return value >= least && value <= most ? value : undefined;
		});
	}

	/** A number, with a point or an exponent if it has one. */
	number(name: Name, { least, most }: Required<Range>): number | undefined {
		return this.parsed(name, `a number from ${least} to ${most}`, (text) => {
			const value = text.trim() === "" ? Number.NaN : Number(text);
			return value >= least && value <= most ? value : undefined;
		});
	}

	/** One of several words. */
	choice<const T extends string>(name: Name, allowed: readonly T[]): T | undefined {
		const value = this.text(name);
		if (value === undefined) return undefined;
		const found = allowed.find((word) => word === value);
		if (found === undefined) throw this.#refuse({ kind: "choice", name, value, allowed });
		return found;
	}

	/** Seconds on the command line, milliseconds in the program: at least one, unless `zero` is a value too. */
	milliseconds(name: Name, { zero = false }: { readonly zero?: boolean } = {}): number | undefined {
		const expected = `seconds ${zero ? "from 0" : "above 0"}, up to ${LONGEST_SECONDS}`;
		return this.parsed(name, expected, (text) => {
			const seconds = parseSeconds(text);
			if (seconds === undefined || (seconds === 0 && !zero)) return undefined;
			return Math.max(zero ? 0 : 1, Math.round(seconds * 1000));
		});
	}

	/** Words in one value, with a shell's quoting. */
	words(name: Name): readonly string[] {
		const value = this.text(name) ?? "";
		return splitWords(value, () => this.#refuse({ kind: "quote", name, value }));
	}
}
