import type { AgentToRank } from "./messages.ts";

/** What the job says once, and a rank waits for. */
type Awaited = Extract<AgentToRank, { type: "network" | "start" | "finalized" }>;

/** What it says at any time, to whoever listens. */
export type News = Exclude<AgentToRank, Awaited>;

/** The control plane's messages to this rank: those it waits for are kept until it asks, the others handled at once. */
export class ControlInbox {
	readonly #onNews: (message: News) => void;
	readonly #kept = new Map<Awaited["type"], Awaited>();
	readonly #asked = new Map<Awaited["type"], () => void>();

	constructor(onNews: (message: News) => void) {
		this.#onNews = onNews;
	}

	readonly receive = (message: AgentToRank): void => {
		switch (message.type) {
			case "network":
			case "start":
			case "finalized":
				this.#kept.set(message.type, message);
				this.#asked.get(message.type)?.();
				break;
			default:
				this.#onNews(message);
		}
	};

	/** The message of this type: the one that is here, or the next. */
	async next<T extends Awaited["type"]>(type: T): Promise<Extract<Awaited, { type: T }>> {
		if (!this.#kept.has(type)) await new Promise<void>((resolve) => this.#asked.set(type, resolve));
		const message = this.#kept.get(type);
		this.#kept.delete(type);
		return message as Extract<Awaited, { type: T }>;
	}
}
