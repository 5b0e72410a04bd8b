import type { Served } from "../core/served.ts";
import type { Exchange } from "../http/exchange.ts";
import { HttpError } from "../http/http-error.ts";
import type { RouteContext } from "./context.ts";
import { serving } from "./serving.ts";

/** GET /v1/models */
export function listModels(exchange: Exchange, context: RouteContext): void {
	const served = serving(context);
	exchange.reply(200, { object: "list", data: served.model.names.map((name) => modelOf(name, served)) });
}

/** GET /v1/models/{id} */
export function oneModel(exchange: Exchange, context: RouteContext): void {
	const served = serving(context);
	const name = served.model.names.find((each) => each === exchange.params.id);
	if (name === undefined) {
		throw new HttpError(404, {
			message: `The model ${JSON.stringify(exchange.params.id)} is not here: this server has ${served.model.names.join(", ")}`,
			...{ type: "invalid_request_error", code: "model_not_found", param: "model" },
		});
	}
	exchange.reply(200, modelOf(name, served));
}

/** What llama-server and OpenAI say of a model. */
function modelOf(name: string, { model: { created, facts }, engine: { info } }: Served) {
	return {
		id: name,
		object: "model",
		created,
		owned_by: "tsmpi",
		meta: {
			...{ n_ctx: info.contextSize, n_ctx_train: facts?.contextLength ?? null },
			...{ n_embd: facts?.embeddingSize ?? null, n_params: facts?.parameters ?? null },
			...{
				n_vocab: facts?.vocabularySize ?? null,
				vocab_type: facts?.vocabularyType ?? null,
				size: facts?.bytes ?? null,
			},
		},
	};
}
