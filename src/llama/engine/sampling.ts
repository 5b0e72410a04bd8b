/** How tokens are chosen and what may come: the options of a request that change its text. */

/** How tokens are chosen. */
export interface SamplingOptions {
	/** Only the K likeliest tokens may come, from 1 up; 0 or -1: all may. @default 40 */
	readonly topK?: number | undefined;
	/** Only the likeliest tokens that have this probability together may come, above 0 to 1; 1: all may. @default 0.95 */
	readonly topP?: number | undefined;
	/** Only tokens at least this likely, against the likeliest, may come, from 0 to 1; 0: all may. @default 0.05 */
	readonly minP?: number | undefined;
	/** Taken from the logit of every token that is among the last 64 of prompt and text, from -2 to 2. @default 0 */
	readonly presencePenalty?: number | undefined;
	/** The same for each time that the token is among them, from -2 to 2. @default 0 */
	readonly frequencyPenalty?: number | undefined;
	/** Divides the logit of every token that is among the last 64 of prompt and text, above 0; 1: none. @default 1 */
	readonly repeatPenalty?: number | undefined;
	/** Added to logits, from -100 to 100, by token id; -100 means never, unless a grammar leaves no other. @default none */
	readonly logitBias?: Readonly<Record<string, number>> | undefined;
	/** A grammar in llama.cpp's GBNF that the text must keep to. @default none */
	readonly grammar?: string | undefined;
	/** A JSON schema (or `true`: any JSON) that the text must keep to. @default none */
	readonly jsonSchema?: unknown;
	/** The end-of-generation token does not come, so that the text is as long as it may be. @default false */
	readonly ignoreEos?: boolean | undefined;
	/** Tokens before which neither an end-of-generation token nor a stop token may come. @default 0 */
	readonly minTokens?: number | undefined;
	/** Tokens that end the text; they are not part of it. @default none */
	readonly stopTokens?: readonly number[] | undefined;
}

/** What the model's chat template is given besides the messages. */
export interface ChatOptions {
	/** Variables of the template: `{ enable_thinking: false }`. @default none */
	readonly templateKwargs?: Readonly<Record<string, unknown>> | undefined;
	/** Whether the template opens the assistant's turn. @default true */
	readonly addGenerationPrompt?: boolean | undefined;
	/** Goes on with the last message instead of answering it. @default false */
	readonly continueFinalMessage?: boolean | undefined;
	/** Tools that the model may call, in OpenAI's form; llama-server and endpoints only. @default none */
	readonly tools?: readonly unknown[] | undefined;
	/** "auto", "none", "required" or a tool, in OpenAI's form. @default "auto" */
	readonly toolChoice?: unknown;
	/** Whether several calls may come in one answer. @default as the server has it */
	readonly parallelToolCalls?: boolean | undefined;
}

/** One token and how likely it was, by the model's own probabilities, before any sampling option. */
export interface TokenChance {
	/** The token's text; a part of a character shows as U+FFFD. */
	readonly token: string;
	/** Natural logarithm of its probability. */
	readonly logprob: number;
	/** The bytes of its text in UTF-8. */
	readonly bytes: readonly number[];
}

/** A token that came, and those that were likeliest in its place. */
export interface TokenLogprob extends TokenChance {
	/** The likeliest first; as many as were asked for. */
	readonly top: readonly TokenChance[];
}
