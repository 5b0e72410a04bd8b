import { randomBytes } from "node:crypto";
import {
	checkArgument,
	checkOptions,
	integerFrom,
	type Kinds,
	listOf,
	TEXT,
} from "../../base/check-types.ts";
import { ENGINE, PROMPT } from "../engine/check.ts";
import { complete } from "../engine/complete.ts";
import type { Engine } from "../engine/engine.ts";
import { contentText, isTokens, type Prompt } from "../engine/prompt.ts";
import { reasonOf } from "../errors.ts";
import { Digest, type DigestData } from "./distribution/digest.ts";

const NONCE_BYTES = 4;

/** What a rank's prompt cache is worth: the same prompts seen for the first time, and again. */
export interface CacheMeasurement {
	/** Milliseconds to the first token of prompts that share nothing with what the engine holds. */
	readonly cold: DigestData;
	/** Milliseconds to the first token of the same prompts, each right after. */
	readonly warm: DigestData;
	/** Tokens of all prompts together, each counted once. */
	readonly promptTokens: number;
	/** Of these, tokens that were found in the cache the first time. */
	readonly coldCachedTokens: number;
	/** Of these, tokens that were found in the cache the second time. */
	readonly warmCachedTokens: number;
	/** Prompts that could not be run, and are left out. */
	readonly failed: number;
	/** Why the first of them could not; undefined if none failed. */
	readonly reason?: string;
}

/** How to measure. */
export interface MeasureCacheOptions {
	/** Prompts to try at the most. @default 8 */
	readonly most?: number | undefined;
	/** Put before each prompt, so that none begins like one that has been run: two runs must not share it. @default a random one */
	readonly nonce?: string | undefined;
}

const OPTIONS: Kinds<MeasureCacheOptions> = { most: integerFrom(0), nonce: TEXT };

/**
 * Measures what an engine's prompt cache is worth: runs each prompt twice, one at a time, for a single token. The nonce
 * and a number before its first character make a prompt new, so its first run is cold, whatever ran before.
 *
 * @throws {ArgumentError} ERR_ARG: an option is unknown, or a value has the wrong type.
 */
export async function measureCache(
	engine: Engine,
	prompts: readonly Prompt[],
	options: MeasureCacheOptions = {},
): Promise<CacheMeasurement> {
	checkArgument("measure the prompt cache", "engine", engine, ENGINE);
	checkArgument("measure the prompt cache", "prompts", prompts, listOf("a list of prompts", PROMPT));
	checkOptions("measure the prompt cache", options, OPTIONS);
	const { most = 8, nonce = randomBytes(NONCE_BYTES).toString("hex") } = options;
	const cold = new Digest();
	const warm = new Digest();
	let promptTokens = 0;
	let coldCachedTokens = 0;
	let warmCachedTokens = 0;
	let failed = 0;
	let reason: string | undefined;
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
		} catch (error) {
			// Left out, and told: what fails here may succeed in the run, without the mark before it.
			failed += 1;
			reason ??= reasonOf(error);
		}
	}
	return {
		...{ cold: cold.toData(), warm: warm.toData() },
		...{ promptTokens, coldCachedTokens, warmCachedTokens, failed },
		...(reason === undefined ? {} : { reason }),
	};
}

function marked(prompt: Prompt, mark: string): Prompt {
	if (typeof prompt === "string") return mark + prompt;
	// Numbers take no mark: such a prompt is cold only if nothing has run it before.
	if (isTokens(prompt)) return prompt;
	return prompt.map((message, index) =>
		index === 0 ? { ...message, content: mark + contentText(message) } : message,
	);
}
