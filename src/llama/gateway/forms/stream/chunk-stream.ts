import type { Piece } from "../../../dispatch/messages.ts";
import type { Completion } from "../../../engine/engine.ts";
import type { TokenLogprob } from "../../../engine/sampling.ts";
import type { Answer } from "../../../openai/answer.ts";
import type { Failure } from "../../../openai/failure.ts";
import { usageBody } from "../../../openai/response/usage.ts";
import type { Task } from "../../../openai/task.ts";
import { errorOf } from "../error.ts";
import type { StreamForm } from "../form.ts";
import type { ChunkFrame, Chunks } from "./chunk.ts";
import { Sent } from "./sent.ts";

const DONE = "data: [DONE]\n\n";

/** A stream of chunks, each of one choice: a chat's or a completion's. */
export class ChunkStream implements StreamForm {
	readonly #frame: ChunkFrame;
	readonly #chunks: Chunks;
	readonly #choices: Sent[] = [];
	/** The prompts that the choices begin with. */
	readonly #echoed: readonly unknown[] | undefined;
	/** Choices of each prompt. */
	readonly #n: number;

	constructor(task: Task, frame: ChunkFrame, chunks: Chunks) {
		this.#frame = frame;
		this.#chunks = chunks;
		this.#echoed = task.kind === "generate" && task.echo === true ? task.prompts : undefined;
		this.#n = task.kind === "generate" ? (task.n ?? 1) : 1;
	}

	piece([, text, , detail]: Piece): string {
		if (detail === undefined) return text === "" ? "" : this.#text(0, text, undefined, this.#echoed);
		const { choice = 0, reasoning, logprobs } = detail;
		if (reasoning !== undefined) return this.#reasoning(choice, reasoning);
		return text === "" && logprobs === undefined ? "" : this.#text(choice, text, logprobs, this.#echoed);
	}

	finish(answer: Answer): string {
		// An embedding is never streamed.
		if (answer.kind === "embedded") return DONE;
		const { choices, prompts, usage } = answer;
		const ends = choices.map((choice, index) => this.#rest(choice, index, prompts)).join("");
		const { usageHead } = this.#frame;
		const told = usageHead === undefined ? "" : `${usageHead}${JSON.stringify(usageBody(usage))}}\n\n`;
		return `${ends}${told}${DONE}`;
	}

	error(failure: Failure): string {
		return `data: ${JSON.stringify(errorOf(failure).body)}\n\n`;
	}

	#sent(choice: number): Sent {
		const known = this.#choices[choice];
		if (known !== undefined) return known;
		const sent = new Sent();
		this.#choices[choice] = sent;
		return sent;
	}

	#text(
		choice: number,
		text: string,
		logprobs: readonly TokenLogprob[] | undefined,
		prompts: readonly unknown[] | undefined,
	): string {
		const sent = this.#sent(choice);
		if (sent.begun) {
			sent.add(text, logprobs);
			return this.#chunks.text(choice, text, logprobs);
		}
		const before = prompts?.[Math.floor(choice / this.#n)] ?? "";
		// The text of a prompt of tokens comes with the answer; all of the choice waits for it.
		if (typeof before !== "string") return "";
		sent.add(text, logprobs);
		return this.#begin(choice, sent) + this.#chunks.text(choice, before + text, logprobs);
	}

	#reasoning(choice: number, text: string): string {
		const sent = this.#sent(choice);
		sent.reasoning += text.length;
		const chunk = this.#chunks.reasoning(choice, text);
		return chunk === "" ? "" : this.#begin(choice, sent) + chunk;
	}

	#begin(choice: number, sent: Sent): string {
		if (sent.begun) return "";
		sent.begun = true;
		return this.#chunks.begin(choice);
	}

	/** What no piece has had, and the end. */
	#rest(completion: Completion, choice: number, prompts: readonly string[] | undefined): string {
		const sent = this.#sent(choice);
		const { reasoning, text, logprobs } = sent.rest(completion);
		const { toolCalls = [], finishReason } = completion;
		const thoughts = reasoning === "" ? "" : this.#reasoning(choice, reasoning);
		const echoed = !sent.begun && prompts !== undefined;
		const more = text !== "" || logprobs !== undefined || echoed;
		return [
			thoughts,
			more ? this.#text(choice, text, logprobs, prompts) : this.#begin(choice, sent),
			toolCalls.length === 0 ? "" : this.#chunks.toolCalls(choice, toolCalls),
			this.#chunks.end(choice, finishReason),
		].join("");
	}
}
