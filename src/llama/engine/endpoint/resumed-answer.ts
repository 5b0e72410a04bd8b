import { EngineError } from "../../errors.ts";
import type { CompletionEvent } from "../http/completion-api.ts";

/** One answer over several attempts to get it: what an attempt repeats is compared, and not passed on again. */
export class ResumedAnswer {
	readonly #texts = { text: new Resumed(), reasoning: new Resumed() };
	/** Tokens whose probabilities this attempt has told, and all attempts together. */
	#seenChances = 0;
	#passedChances = 0;
	#prepared = false;

	/** The next attempt begins. */
	restart(): void {
		for (const text of Object.values(this.#texts)) text.restart();
		this.#seenChances = 0;
	}

	/** The part of an event that is new; undefined if it repeats. */
	pass(event: CompletionEvent): CompletionEvent | undefined {
		if (event.type === "prepared") {
			const again = this.#prepared;
			this.#prepared = true;
			return again ? undefined : event;
		}
		if (event.type === "reasoning") {
			const text = this.#texts.reasoning.pass(event.text);
			return text === undefined ? undefined : { ...event, text };
		}
		if (event.type !== "text") return event;
		const { logprobs, ...rest } = event;
		const text = this.#texts.text.pass(event.text);
		const news = logprobs === undefined ? [] : this.#newChances(logprobs);
		if (text === undefined && news.length === 0) return undefined;
		return { ...rest, text: text ?? "", ...(news.length === 0 ? {} : { logprobs: news }) };
	}

	#newChances<T>(told: readonly T[]): readonly T[] {
		this.#seenChances += told.length;
		const fresh = Math.min(told.length, this.#seenChances - this.#passedChances);
		this.#passedChances = Math.max(this.#passedChances, this.#seenChances);
		return fresh > 0 ? told.slice(told.length - fresh) : [];
	}
}

class Resumed {
	/** What was passed on, by all attempts together. */
	#passed = "";
	/** What this attempt has given so far. */
	#seen = "";

	restart(): void {
		this.#seen = "";
	}

	/** The new part of a piece; undefined if it repeats. */
	pass(piece: string): string | undefined {
		this.#seen += piece;
		const [short, long] = [this.#seen, this.#passed].sort((a, b) => a.length - b.length);
		if (!long?.startsWith(short ?? "")) {
			throw new EngineError(
				"ERR_ENDPOINT",
				"Cannot finish a request: it broke off, and the endpoint gave another text when it was asked again",
			);
		}
		if (this.#seen.length < this.#passed.length) return undefined;
		const text = this.#seen.slice(this.#passed.length);
		this.#passed = this.#seen;
		return text;
	}
}
