import { duration } from "../../../page/chart.ts";
import { made } from "../../../page/dom.ts";
import { short } from "../live/format.ts";
import type { Delta, Ending } from "./ask.ts";

/** What the user said, as the conversation shows it. */
export function userTurn(text: string): HTMLElement {
	const turn = made("article", "turn user");
	turn.append(made("h3", "", "You"), made("p", "said", text));
	return turn;
}

/** An answer as it comes. */
export class AnswerTurn {
	readonly parent = made("article", "turn answer");
	readonly #reasoning = made("details", "reasoning");
	readonly #thought = document.createTextNode("");
	readonly #said = document.createTextNode("");
	readonly #line = made("p", "line", "waiting for the first token");
	readonly #startMs = performance.now();
	#firstMs: number | undefined;
	#lastMs = 0;
	#pieces = 0;

	constructor(name: string) {
		this.#reasoning.hidden = true;
		this.#reasoning.open = true;
		const thought = made("p", "said");
		thought.append(this.#thought);
		this.#reasoning.append(made("summary", "", "Reasoning"), thought);
		const said = made("p", "said");
		said.append(this.#said);
		this.parent.append(made("h3", "", name), this.#reasoning, said, this.#line);
		// Read aloud once it is whole, not bit by bit.
		this.parent.ariaBusy = "true";
	}

	/** What was answered, without the reasoning. */
	get text(): string {
		return this.#said.data;
	}

	add({ content, reasoning_content: thought }: Delta): void {
		if (!content && !thought) return;
		this.#lastMs = performance.now();
		this.#firstMs ??= this.#lastMs;
		this.#pieces += 1;
		if (thought) {
			this.#thought.appendData(thought);
			this.#reasoning.hidden = false;
		}
		if (content) this.#said.appendData(content);
		this.#line.textContent = this.#figures(this.#pieces).join(" · ");
	}

	end({ finish, tokens }: Ending): void {
		const ends: Readonly<Record<string, string>> = { length: "cut at the most tokens" };
		const end = ends[finish];
		this.#finish([...this.#figures(tokens ?? this.#pieces), ...(end === undefined ? [] : [end])]);
	}

	stop(): void {
		this.#finish([...this.#figures(this.#pieces), "stopped"]);
	}

	/** @param reason for the reader. */
	fail(reason: string): void {
		this.#finish(this.#figures(this.#pieces));
		this.#line.before(made("p", "failed", reason));
	}

	#finish(parts: readonly string[]): void {
		this.#line.textContent = parts.join(" · ");
		this.parent.ariaBusy = "false";
	}

	#figures(tokens: number): string[] {
		if (this.#firstMs === undefined) return [];
		const seconds = (this.#lastMs - this.#firstMs) / 1000;
		const speed = tokens > 1 && seconds > 0 ? [`${short((tokens - 1) / seconds)} tokens/s`] : [];
		const count = `${tokens} ${tokens === 1 ? "token" : "tokens"}`;
		return [`TTFT ${duration(this.#firstMs - this.#startMs)}`, ...speed, count];
	}
}
