import type { Exchange } from "../http/exchange.ts";
import type { RouteContext } from "./context.ts";
import { serving } from "./serving.ts";

/** GET /slots: every slot of every rank. */
export function slots(exchange: Exchange, context: RouteContext): void {
	const { ranks: facts, model } = serving(context);
	const { ranks } = context.gateway.snapshot();
	const all = ranks.flatMap(({ rank, state, slots: each }) =>
		each.map(({ busy, chars }, slot) => ({
			...{ id: slot, rank, host: facts[rank]?.hostname, rank_state: state, model: model.names[0] },
			...{ n_ctx: facts[rank]?.engine.contextSize, is_processing: busy, prompt_chars: chars },
		})),
	);
	exchange.reply(200, all);
}

/** GET /props: the server as a whole, as far as llama-server's clients look at it. */
export function props(exchange: Exchange, context: RouteContext): void {
	const { model, ranks, engine } = serving(context);
	const { temperature, topP, topK, minP, maxTokens } = context.defaults();
	exchange.reply(200, {
		default_generation_settings: {
			n_ctx: engine.info.contextSize,
			params: {
				...{ temperature, top_p: topP, top_k: topK, min_p: minP, n_predict: maxTokens ?? -1 },
			},
		},
		total_slots: ranks.reduce((sum, { slots: each }) => sum + each, 0),
		model_alias: model.names[0],
		model_path: engine.info.model,
		build_info: engine.info.version ?? engine.info.kind,
		ranks: ranks.map(({ hostname, slots: each, engine: info }, rank) => ({
			...{ rank, host: hostname, slots: each, engine: info.kind, device: info.deviceName },
			...{ gpu_layers: info.gpuLayers, n_ctx: info.contextSize, threads: info.threads },
			...(info.note === undefined ? {} : { note: info.note }),
		})),
	});
}
