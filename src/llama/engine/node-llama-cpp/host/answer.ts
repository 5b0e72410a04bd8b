import { isTokens } from "../../prompt.ts";
import type { Call, Calls } from "../protocol.ts";
import type { Runtime } from "./run-request.ts";

/** Answers a call. Rejects with what is wrong with it. */
export async function answer(runtime: Runtime, call: Call): Promise<Calls[keyof Calls]["answer"]> {
	const { loaded, encoder, template, embedder } = runtime;
	const { model } = loaded;
	switch (call.name) {
		case "count":
			return (await encoder.encode(call.prompt)).tokens.length;
		case "embed": {
			const tokens = call.texts.map((text) => (isTokens(text) ? text : encoder.tokenize(`${text}`)));
			const promptTokens = tokens.reduce((sum, { length }) => sum + length, 0);
			return { vectors: await embedder.embed(tokens, loaded), promptTokens };
		}
		case "template":
			return await template.apply(call.messages, call.chat);
		case "tokenize":
			return call.addSpecial && call.text !== ""
				? encoder.tokenize(call.text)
				: model.tokenize(call.text, true);
		case "detokenize":
			return model.detokenize(call.tokens, true, []);
	}
}
