/** What a model thinks before it answers, told apart from the answer. */

/** The texts between which a model thinks. */
export interface ThinkTags {
	readonly open: string;
	readonly close: string;
}

const KNOWN_TAGS: readonly ThinkTags[] = [
	{ open: "<think>", close: "</think>" },
	{ open: "<seed:think>", close: "</seed:think>" },
	{ open: "[THINK]", close: "[/THINK]" },
	{ open: "<thinking>", close: "</thinking>" },
];

/** The tags that a chat template speaks of: its model may think. */
export function thinkTagsOf(template: string): ThinkTags | undefined {
	return KNOWN_TAGS.find(({ open, close }) => template.includes(open) || template.includes(close));
}

/** A piece of text, parted. */
export interface Parted {
	readonly reasoning: string;
	readonly text: string;
}

/**
 * Parts thoughts from the answer in text that comes piece by piece. Only what comes first can be thoughts; if they do
 * not end, all of it is.
 */
export class ThinkingFilter {
	readonly #tags: ThinkTags;
	#state: "before" | "thinking" | "after thoughts" | "answer";
	#held = "";
	#hasThought = false;

	/** @param opened The prompt has opened the thoughts already. */
	constructor(tags: ThinkTags, opened: boolean) {
		this.#tags = tags;
		this.#state = opened ? "thinking" : "before";
	}

	push(piece: string): Parted {
		if (this.#state === "answer") return { reasoning: "", text: piece };
		this.#held += piece;
		let reasoning = "";
		if (this.#state === "before" && !this.#begins()) return { reasoning, text: this.#answer() };
		if (this.#state === "before") return { reasoning, text: "" };
		if (this.#state === "thinking") reasoning = this.#think();
		return { reasoning, text: this.#state === "after thoughts" ? this.#afterThoughts() : "" };
	}

	/** What was held back, now that nothing follows. */
	flush(): Parted {
		const rest = this.#held;
		this.#held = "";
		return this.#state === "thinking" ? { reasoning: rest, text: "" } : { reasoning: "", text: rest };
	}

	/** Whether thoughts have begun, or may still begin. */
	#begins(): boolean {
		const { open } = this.#tags;
		const text = this.#held.trimStart();
		if (text.startsWith(open)) {
			this.#held = text.slice(open.length);
			this.#state = "thinking";
		}
		return this.#state === "thinking" || open.startsWith(text);
	}

	#think(): string {
		const { close } = this.#tags;
		// Blanks after the opening tag and before the closing one belong to neither.
		if (!this.#hasThought) this.#held = this.#held.trimStart();
		const end = this.#held.indexOf(close);
		if (end >= 0) {
			const thought = this.#held.slice(0, end).trimEnd();
			this.#held = this.#held.slice(end + close.length);
			this.#state = "after thoughts";
			return thought;
		}
		const safe = this.#held.slice(0, this.#held.length - heldBack(this.#held, close)).trimEnd().length;
		const thought = this.#held.slice(0, safe);
		this.#hasThought ||= safe > 0;
		this.#held = this.#held.slice(safe);
		return thought;
	}

	/** Blanks between thoughts and answer belong to neither. */
	#afterThoughts(): string {
		this.#held = this.#held.trimStart();
		return this.#held === "" ? "" : this.#answer();
	}

	#answer(): string {
		this.#state = "answer";
		return this.flush().text;
	}
}

/** Length of the longest end of a text with which the tag begins. */
function heldBack(text: string, tag: string): number {
	for (let length = Math.min(tag.length - 1, text.length); length > 0; length--) {
		if (text.endsWith(tag.slice(0, length))) return length;
	}
	return 0;
}
