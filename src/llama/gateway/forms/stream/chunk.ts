import type { TokenLogprob } from "../../../engine/sampling.ts";
import type { StreamFacts } from "../facts.ts";

/** How the chunks of an OpenAI stream are written, each for one choice. */
export interface Chunks {
	/** What comes before all else of a choice. */
	begin(choice: number): string;
	/** A piece of what the model thinks. */
	reasoning(choice: number, text: string): string;
	/** A piece of the text, and how likely its tokens were. */
	text(choice: number, text: string, logprobs?: readonly TokenLogprob[]): string;
	/** Calls of tools. */
	toolCalls(choice: number, calls: readonly unknown[]): string;
	/** The end of a choice. */
	end(choice: number, reason: string): string;
}

/** Around the choice of a chunk. All but the choice is the same in every chunk of a stream, and is written once. */
export class ChunkFrame {
	/** Up to the number of the choice. */
	readonly #head: string;
	readonly #heads: string[] = [];
	/** After the choice. */
	readonly tail: string;
	/** Of a chunk without a choice, up to its usage; undefined if that is not wanted. */
	readonly usageHead: string | undefined;

	constructor(
		id: string,
		object: string,
		{ created, model, systemFingerprint, includeUsage = false }: StreamFacts,
	) {
		const fingerprint = systemFingerprint === undefined ? {} : { system_fingerprint: systemFingerprint };
		const common = JSON.stringify({ id, object, created, model, ...fingerprint }).slice(0, -1);
		this.#head = `data: ${common},"choices":[{"index":`;
		this.tail = `}]${includeUsage ? ',"usage":null' : ""}}\n\n`;
		this.usageHead = includeUsage ? `data: ${common},"choices":[],"usage":` : undefined;
	}

	/** What stands before the fields of a choice. */
	head(choice: number): string {
		const known = this.#heads[choice];
		if (known !== undefined) return known;
		const head = `${this.#head}${choice},`;
		this.#heads[choice] = head;
		return head;
	}
}
