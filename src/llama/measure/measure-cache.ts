import { complete, type Engine, type Prompt } from "../engine/engine.ts";
import { Digest, type DigestData } from "./digest.ts";

/** What a rank's prompt cache is worth: the same prompts seen for the first time, and again. */
export interface CacheMeasurement {
	/** TTFT of a prompt that shares nothing with what the engine holds, and of the same prompt right after. */
	readonly cold: DigestData;
	readonly warm: DigestData;
	readonly promptTokens: number;
	/** Tokens that were found in the cache, of as many prompt tokens each. */
	readonly coldCachedTokens: number;
	readonly warmCachedTokens: number;
	/** Prompts that could not be run, and are left out. */
	readonly failed: number;
}

/** How to measure. */
export interface MeasureCacheOptions {
	/** Prompts to try at the most. @default 8 */
	readonly most?: number;
	/** Makes the prompts' beginnings differ from all others: two runs must not share it. */
	readonly nonce: string;
}

/**
 * Runs each prompt twice, one at a time, for a single token. A prompt is made new by a number before its first
 * character; so the first run is cold, whatever ran before.
 */
export async function measureCache(
	engine: Engine,
	prompts: readonly Prompt[],
	{ most = 8, nonce }: MeasureCacheOptions,
): Promise<CacheMeasurement> {
	const cold = new Digest();
	const warm = new Digest();
	let promptTokens = 0;
	let coldCachedTokens = 0;
	let warmCachedTokens = 0;
	let failed = 0;
	for (const [index, prompt] of prompts.slice(0, most).entries()) {
		const fresh = marked(prompt, `${nonce}-${index} `);
		try {
			const first = await complete(engine, fresh, { maxTokens: 1 });
			const second = await complete(engine, fresh, { maxTokens: 1 });
			cold.push(first.timings.ttftMs);
			warm.push(second.timings.ttftMs);
			promptTokens += first.usage.promptTokens;
			coldCachedTokens += first.usage.cachedTokens;
			warmCachedTokens += second.usage.cachedTokens;
		} catch {
			// What goes wrong here goes wrong again where it is counted.
			failed += 1;
		}
	}
	return {
		...{ cold: cold.toData(), warm: warm.toData() },
		...{ promptTokens, coldCachedTokens, warmCachedTokens, failed },
	};
}

function marked(prompt: Prompt, mark: string): Prompt {
	if (typeof prompt === "string") return mark + prompt;
	return prompt.map((message, index) =>
		index === 0 ? { ...message, content: mark + message.content } : message,
	);
}
