import type { BadLine } from "../files/request.ts";

/** Where an item stands. */
export interface Place {
	/** Of the request among the file's, from 0. */
	readonly id: number;
	/** Of the item, from 1. */
	readonly number: number;
	/** How errors call the file. */
	readonly path: string;
	/** What an item of the file is called: "line", "element", "record". */
	readonly unit: string;
}

/** How the message of a bad line begins. */
export function beginningOf({ unit, number, path }: Omit<Place, "id">): string {
	return `Cannot run ${unit} ${number} of ${path}: `;
}

/** By what the error of an item is known. */
export type Identity = Pick<BadLine, "batch" | "customId"> &
	Partial<Pick<BadLine, "fingerprint" | "kept" | "shownId">>;
