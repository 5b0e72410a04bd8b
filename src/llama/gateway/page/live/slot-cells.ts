import { made } from "../../../page/dom.ts";
import { short } from "./format.ts";
import type { Slot } from "./reading.ts";

/** Roughly, in the languages of most prompts. */
const CHARACTERS_PER_TOKEN = 4;
const FILL_PIXELS = 18;
const MOST_IN_LINE = 16;
const CELL_PIXELS = 13;

/** A rank's slots as small cells: coloured where busy, filled as far as their context is. */
export class SlotCells {
	readonly parent = made("div", "cells");
	#cells: HTMLElement[] = [];
	readonly #count = made("span", "count");
	readonly #box = made("span", "boxes");

	constructor() {
		this.#box.ariaHidden = "true";
		this.parent.append(this.#box, this.#count);
	}

	show(slots: readonly Slot[]): void {
		if (this.#cells.length !== slots.length) {
			this.#cells = slots.map(() => made("i"));
			for (const cell of this.#cells) cell.append(made("b"));
			this.#box.replaceChildren(...this.#cells);
			this.#box.style.width = `${Math.min(MOST_IN_LINE, slots.length) * CELL_PIXELS}px`;
		}
		for (const [place, slot] of slots.entries()) paint(this.#cells[place] as HTMLElement, slot);
		const busy = slots.filter((slot) => slot.is_processing).length;
		this.#count.textContent = slots.length === 0 ? "none" : `${busy} of ${slots.length} busy`;
	}
}

function paint(
	cell: HTMLElement,
	{ id, is_processing: busy, prompt_chars: chars, n_ctx: context }: Slot,
): void {
	const tokens = Math.round(chars / CHARACTERS_PER_TOKEN);
	const share = context === undefined || context === 0 ? 0 : Math.min(1, tokens / context);
	cell.className = busy ? "busy" : "";
	const fill = cell.firstElementChild as HTMLElement;
	// What holds anything is seen to hold something.
	fill.style.height = `${chars === 0 ? 0 : Math.max(2, Math.round(share * FILL_PIXELS))}px`;
	const of = context === undefined ? "" : ` of ${short(context)}`;
	cell.title = `slot ${id}: ${busy ? "busy" : "free"}, holds about ${short(tokens)}${of} tokens`;
}
