import type { Engine } from "../../engine/engine.ts";
import { EngineError } from "../../errors.ts";
import { BadRequest } from "../../openai/bad-request.ts";
import { failureOf } from "../../openai/failure.ts";
import { parseGatewayBody } from "../../openai/request/gateway-body.ts";
import { promptsFor } from "../../openai/task.ts";
import type { Exchange } from "../http/exchange.ts";
import { badRequest } from "./bad-request.ts";
import type { RouteContext } from "./context.ts";
import { failed } from "./failed.ts";
import { checkTokens } from "./known-tokens.ts";
import { serving } from "./serving.ts";

/** What takes no slot: rank 0's engine has the same model as all others. */
type Ask = (
	engine: Engine,
	body: Readonly<Record<string, unknown>>,
	context: RouteContext,
) => Promise<object>;

/** POST /tokenize: `{content, add_special, with_pieces}`. */
export const tokenize = asked(async (engine, body) => {
	const { content, add_special: addSpecial = false, with_pieces: withPieces = false } = body;
	if (typeof content !== "string") throw wrong("content", "a text");
	if (typeof addSpecial !== "boolean") throw wrong("add_special", "true or false");
	if (typeof withPieces !== "boolean") throw wrong("with_pieces", "true or false");
	const tokens = await engine.tokenize(content, { addSpecial });
	if (!withPieces) return { tokens };
	const pieces = await Promise.all(tokens.map((id) => engine.detokenize([id])));
	return { tokens: tokens.map((id, index) => ({ id, piece: pieces[index] })) };
});

/** POST /detokenize: `{tokens}`. */
export const detokenize = asked(async (engine, { tokens }, { served }) => {
	const ids = Array.isArray(tokens) && tokens.every((id) => Number.isSafeInteger(id) && id >= 0);
	if (!ids) throw wrong("tokens", "a list of token ids");
	checkTokens(tokens as number[], served()?.model.facts?.vocabularySize, "tokens");
	return { content: await engine.detokenize(tokens as number[]) };
});

/** POST /apply-template: what a chat's body has; the answer is the text that the model reads. */
export const applyTemplate = asked(async (engine, body, context) => {
	const { prompt, chat } = chatOf(body, engine, context);
	return { prompt: await engine.applyTemplate(prompt, chat) };
});

/** POST /v1/chat/completions/input_tokens: how many tokens a chat's prompt has. */
export const inputTokens = asked(async (engine, body, context) => {
	const { prompt } = chatOf(body, engine, context);
	return { object: "response.input_tokens", input_tokens: await engine.countTokens(prompt) };
});

function chatOf(body: Readonly<Record<string, unknown>>, engine: Engine, { defaults }: RouteContext) {
	const { task } = parseGatewayBody(body, "/v1/chat/completions", 0, defaults());
	const [prompt] = task.kind === "generate" ? promptsFor(task, engine.info) : [];
	if (task.kind !== "generate" || !Array.isArray(prompt)) throw wrong("messages", "a list of messages");
	return { prompt: prompt as Parameters<Engine["applyTemplate"]>[0], chat: task.chat };
}

function asked(ask: Ask): (exchange: Exchange, context: RouteContext) => Promise<void> {
	return async (exchange, context) => {
		const { engine } = serving(context);
		const body = await exchange.json();
		try {
			exchange.reply(200, await ask(engine, body, context));
		} catch (error) {
			if (error instanceof BadRequest) throw badRequest(error);
			if (!(error instanceof EngineError)) throw error;
			throw failed(failureOf(error));
		}
	};
}

function wrong(param: string, takes: string): BadRequest {
	return new BadRequest("invalid_request", `"${param}" takes ${takes}`, param);
}
