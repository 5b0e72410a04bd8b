import type { Piece } from "../../dispatch/messages.ts";
import type { Completion, Usage } from "../../engine/engine.ts";
import type { Answer } from "../../openai/answer.ts";
import type { GenerateTask, ResumePoint, Task } from "../../openai/task.ts";

/**
 * How far the text of a call has come, so that another rank can go on with it. That is sound only for one text of which
 * nothing but the tokens so far decides what comes: a grammar, thoughts or calls of tools have a state of their own.
 */
export class TextProgress {
	readonly #task: Task;
	#text = "";
	/** All tokens so far; undefined once a piece did not tell its own. */
	#tokens: number[] | undefined = [];
	#pieces = 0;
	#sound: boolean;

	constructor(task: Task) {
		this.#task = task;
		this.#sound = task.kind === "generate" && isSound(task);
	}

	/** Takes note of a piece. */
	add([, text, tokens, detail]: Piece): void {
		this.#pieces += 1;
		if (detail?.reasoning !== undefined || (detail?.choice ?? 0) > 0) this.#sound = false;
		if (!this.#sound) return;
		this.#text += text;
		if (tokens === undefined || tokens === null) this.#tokens = undefined;
		else this.#tokens?.push(...tokens);
	}

	/** Tokens so far, or as many as there were pieces. */
	get #count(): number {
		return this.#tokens?.length ?? this.#pieces;
	}

	/** The task that does the rest; undefined where no other rank can go on, or nothing is left to do. */
	rest(): GenerateTask | undefined {
		const task = this.#task;
		if (!this.#sound || task.kind !== "generate" || this.#pieces === 0) return undefined;
		const maxTokens = task.maxTokens === undefined ? undefined : task.maxTokens - this.#count;
		if (maxTokens !== undefined && maxTokens < 1) return undefined;
		const resume: ResumePoint = {
			text: this.#text,
			...(this.#tokens === undefined ? {} : { tokens: this.#tokens }),
		};
		const { minTokens, ...sampling } = task.sampling ?? {};
		const least = Math.max(0, (minTokens ?? 0) - this.#count);
		return {
			...task,
			maxTokens,
			resume,
			sampling: least > 0 ? { ...sampling, minTokens: least } : sampling,
		};
	}

	/** The answer of the rank that did the rest, with what came before it. */
	whole(answer: Answer): Answer {
		const [rest] = answer.kind === "generated" ? answer.choices : [];
		if (answer.kind !== "generated" || rest === undefined) return answer;
		const made = this.#count;
		const usage = this.#usage(rest.usage, made);
		const choice: Completion = { ...rest, text: this.#text, usage };
		return { ...answer, choices: [choice], usage };
	}

	/** What had been generated was read as a part of the prompt. */
	#usage({ promptTokens, cachedTokens, completionTokens }: Usage, made: number): Usage {
		const before = made - completionTokens;
		return {
			promptTokens: Math.max(0, promptTokens - Math.max(0, before)),
			cachedTokens: Math.min(cachedTokens, promptTokens),
			completionTokens: Math.max(completionTokens, made),
		};
	}
}

function isSound({ prompts, n = 1, sampling, chat, logprobs, body }: GenerateTask): boolean {
	if (prompts.length !== 1 || n !== 1 || logprobs !== undefined || body !== undefined) return false;
	return sampling?.grammar === undefined && sampling?.jsonSchema === undefined && chat?.tools === undefined;
}
