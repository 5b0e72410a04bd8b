import type { Engine } from "../engine/engine.ts";
import { isMessages, isTokens, type Prompt } from "../engine/prompt.ts";
import type { ChatOptions } from "../engine/sampling.ts";
import type { ResumePoint } from "../openai/task.ts";

/**
 * Prompts with what was already generated after them. Tokens are joined as they are; without them, or where an engine
 * tells no tokens, the texts are, whose border may be cut into other tokens.
 */
export async function resumed(
	engine: Pick<Engine, "applyTemplate" | "tokenize">,
	prompts: readonly Prompt[],
	chat: ChatOptions | undefined,
	{ text, tokens }: ResumePoint,
): Promise<readonly Prompt[]> {
	return await Promise.all(
		prompts.map(async (prompt) => {
			if (isTokens(prompt)) {
				const rest = tokens ?? (await engine.tokenize(text, { addSpecial: false }));
				return [...prompt, ...rest];
			}
			const before = isMessages(prompt) ? await engine.applyTemplate(prompt, chat) : prompt;
			return tokens === undefined ? `${before}${text}` : [...(await engine.tokenize(before)), ...tokens];
		}),
	);
}
