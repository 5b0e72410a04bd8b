/** One option of a program: its parser and its `--help` read the same table of these. */
export interface OptionRow {
	/** The name that --help leads with, without dashes. */
	readonly name: string;
	/** Other spellings of the name. */
	readonly aliases?: readonly string[];
	/** What stands for the value in --help; undefined for a switch. */
	readonly value?: string;
	readonly describe: string;
	/** The heading under which --help lists it; all options without one share a list. */
	readonly group?: string;
	/** The value may begin with "--": it holds arguments of another program. */
	readonly dashesInValue?: true;
	/** It may be given several times. */
	readonly several?: true;
	/** Digits may follow a one-letter name at once: -n4. */
	readonly attachedDigits?: true;
	/** What stands behind it is not looked at: --help answers whatever else is asked. */
	readonly endsScan?: true;
}

/** An option's name as users type it. */
export function dashed(name: string): string {
	return name.length === 1 ? `-${name}` : `--${name}`;
}
