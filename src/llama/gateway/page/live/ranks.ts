import { element, made, put } from "../../../page/dom.ts";
import { short } from "./format.ts";
import { type History, rate } from "./history.ts";
import type { Props, Slot } from "./reading.ts";
import { SlotCells } from "./slot-cells.ts";

const COLUMNS = ["rank", "host", "device", "state", "slots", "tokens/s", "running", "restarts"] as const;
const NUMBERS: readonly string[] = ["tokens/s", "running", "restarts"];

type Cells = Readonly<Record<(typeof COLUMNS)[number], HTMLElement>>;

/** The table of ranks. Its rows stay and change, so that nothing jumps and a selection holds. */
export class RankTable {
	readonly #rows = new Map<
		number,
		{ readonly row: HTMLElement; readonly cells: Cells; readonly slots: SlotCells }
	>();
	readonly #body = element("ranks");

	show(props: Props, slots: readonly Slot[], history: History): void {
		const ranks = new Set([...props.ranks, ...slots].map(({ rank }) => rank));
		for (const [rank, { row }] of this.#rows) {
			if (ranks.has(rank)) continue;
			row.remove();
			this.#rows.delete(rank);
		}
		for (const rank of [...ranks].sort((a, b) => a - b)) this.#show(rank, props, slots, history);
	}

	#show(rank: number, props: Props, slots: readonly Slot[], { forRates, last }: History): void {
		const { cells, slots: boxes } = this.#of(rank);
		const own = slots.filter((slot) => slot.rank === rank);
		const facts = props.ranks.find((each) => each.rank === rank);
		// A rank that is lost has no slots any more.
		const state = own[0]?.rank_state ?? "lost";
		put(cells.host, facts?.host ?? own[0]?.host ?? "");
		put(cells.device, facts?.device ?? facts?.engine ?? "");
		cells.state.dataset.state = state;
		put(cells.state, state);
		boxes.show(own);
		if (last === undefined) return;
		put(cells["tokens/s"], short(rate(forRates, last, "vllm:generation_tokens_total", rank)));
		put(cells.running, short(last.sum("vllm:num_requests_running", rank)));
		put(cells.restarts, short(last.sum("tsmpi:engine_restarts_total", rank)));
	}

	#of(rank: number) {
		const known = this.#rows.get(rank);
		if (known !== undefined) return known;
		const row = made("tr");
		const all = COLUMNS.map((name) => {
			const cell = made(name === "rank" ? "th" : "td", NUMBERS.includes(name) ? "number" : "");
			// On narrow screens a row is a card: what is laid out so is no table any more to who hears it, but for these.
			cell.role = name === "rank" ? "rowheader" : "cell";
			cell.dataset.name = name;
			return [name, cell] as const;
		});
		const cells = Object.fromEntries(all) as Record<string, HTMLElement> as Cells;
		const slots = new SlotCells();
		cells.slots.append(slots.parent);
		put(cells.rank, String(rank));
		row.role = "row";
		row.append(...all.map(([, cell]) => cell));
		this.#body.append(row);
		const fresh = { row, cells, slots };
		this.#rows.set(rank, fresh);
		return fresh;
	}
}
