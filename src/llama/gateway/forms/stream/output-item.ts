import { headOf, type SequencedEvents } from "./sequenced-events.ts";

/** An item of a response's output. */
export interface Item {
	readonly id: string;
	readonly type: string;
	readonly content?: readonly object[];
}

/** An item that consists of one text: a message or thoughts. Its events open it, fill it and close it. */
export class OutputItem {
	readonly #events: SequencedEvents;
	/** "output_text" or "reasoning_text". */
	readonly #part: string;
	readonly #index: number;
	readonly #place: object;
	readonly #head: string;

	constructor(events: SequencedEvents, part: string, index: number, id: string) {
		this.#events = events;
		this.#part = part;
		this.#index = index;
		this.#place = { item_id: id, output_index: index, content_index: 0 };
		this.#head = headOf(`response.${part}.delta`, this.#place);
	}

	/** @param item As it is while nothing is in it. */
	open(item: Item): string {
		const annotations = this.#part === "output_text" ? { annotations: [] } : {};
		const part = { type: this.#part, text: "", ...annotations };
		const added = this.#events.event("response.output_item.added", { output_index: this.#index, item });
		return added + this.#events.event("response.content_part.added", { ...this.#place, part });
	}

	/** @param more Further fields, written out. */
	delta(text: string, more = ""): string {
		return this.#events.prepared(this.#head, `,"delta":${JSON.stringify(text)}${more}`);
	}

	/** @param item As it is now. */
	close(item: Item): string {
		const part = item.content?.[0] as { readonly text: string; readonly logprobs?: readonly object[] };
		const { text } = part;
		const logprobs = this.#part === "output_text" ? { logprobs: part.logprobs ?? [] } : {};
		return [
			this.#events.event(`response.${this.#part}.done`, { ...this.#place, text, ...logprobs }),
			this.#events.event("response.content_part.done", { ...this.#place, part }),
			this.#events.event("response.output_item.done", { output_index: this.#index, item }),
		].join("");
	}
}

/** The events of a call of a tool, which is known as a whole. */
export function callEvents(events: SequencedEvents, index: number, item: Item): string {
	const { arguments: given = "", name } = item as { readonly arguments?: string; readonly name?: string };
	const place = { item_id: item.id, output_index: index };
	const begun = { ...item, arguments: "", status: "in_progress" };
	return [
		events.event("response.output_item.added", { output_index: index, item: begun }),
		events.event("response.function_call_arguments.delta", { ...place, delta: given }),
		events.event("response.function_call_arguments.done", { ...place, name, arguments: given }),
		events.event("response.output_item.done", { output_index: index, item }),
	].join("");
}
