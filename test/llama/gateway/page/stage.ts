import type { Exchange } from "../../../../src/llama/gateway/http/exchange.ts";
import { HttpError } from "../../../../src/llama/gateway/http/http-error.ts";
import { type HttpServer, listen, type Route } from "../../../../src/llama/gateway/http/server.ts";
import { pageRoute } from "../../../../src/llama/gateway/page/route.ts";
import { ServingMetrics } from "../../../../src/llama/metrics/serving.ts";

/** A body of /v1/chat/completions, as far as tests look at it. */
export interface Asked {
	readonly messages: readonly { readonly role: string; readonly content: string }[];
	readonly temperature?: number;
	readonly max_tokens?: number;
	readonly model?: string;
}

/** A rank of the stage. */
export interface StageRank {
	host: string;
	device: string | undefined;
	state: string;
	/** Characters in each slot that is busy, then in each that is free. */
	busy: number[];
	free: number[];
}

/** A server that serves the page and says what the test wants it to. */
export class Stage {
	state: "Loading model" | "Draining" | "ready" = "ready";
	model = "m.gguf";
	ranks: StageRank[] = [0, 1].map((rank) => ({
		...{ host: "node1", device: `CPU ${rank}`, state: "up", busy: [4000], free: [0, 8000, 0] },
	}));
	waiting = 0;
	/** Answers the next question. */
	answer: (exchange: Exchange, asked: Asked) => unknown = (exchange) => say(exchange, ["Hello"]);
	readonly asked: Asked[] = [];
	/** How often each path was asked for. */
	readonly visits = new Map<string, number>();
	metrics = this.#metrics();
	#http: HttpServer | undefined;

	/** @param isOpen serves the page itself to everybody, also where there are keys. */
	async open({
		keys = [],
		port = 0,
		isOpen = false,
	}: {
		keys?: string[];
		port?: number;
		isOpen?: boolean;
	} = {}) {
		this.#http = await listen({
			...{ host: "127.0.0.1", port, keys },
			routes: [
				{ ...pageRoute(), ...(isOpen ? { open: true } : {}) },
				this.#get("/health", (exchange) => this.#health(exchange), true),
				this.#get("/metrics", (exchange) => exchange.reply(200, this.metrics.render())),
				this.#get("/slots", (exchange) => exchange.reply(200, this.#slots())),
				this.#get("/props", (exchange) => exchange.reply(200, this.#props())),
				{ method: "POST", path: "/v1/chat/completions", handle: (exchange) => this.#chat(exchange) },
			],
		});
		return this;
	}

	get url(): string {
		return this.#http?.url ?? "";
	}

	get port(): number {
		return this.#http?.port ?? 0;
	}

	async close(): Promise<void> {
		await this.#http?.close();
	}

	/** Another process in place of this one: it counts from nought. */
	restart(): void {
		this.metrics = this.#metrics();
	}

	/** Requests of 100 prompt tokens that rank 0 or another has answered. */
	answered(count: number, { rank = 0, tokens = 10, totalMs = 1000, firstMs = 200, cached = 0 } = {}): void {
		for (let each = 0; each < count; each++) {
			this.metrics.firstToken(rank, firstMs / 1000);
			this.metrics.piece(rank, (totalMs - firstMs) / 1000, tokens);
			this.metrics.ended({
				...{ rank, finishReason: "stop", arrivedMs: 0, assignedMs: 5, firstTokenMs: firstMs, endMs: totalMs },
				usage: { promptTokens: 100, cachedTokens: cached, completionTokens: tokens },
				n: 1,
			});
		}
	}

	#metrics(): ServingMetrics {
		return new ServingMetrics({
			model: "m.gguf",
			ranks: 2,
			source: {
				ranks: () =>
					this.ranks.map(({ busy, free, state }, rank) => ({
						...{ rank, running: busy.length, waiting: 0, slots: busy.length + free.length },
						up: state === "up",
					})),
				queued: () => this.waiting,
				queuedTokens: () => 0,
				connections: () => 0,
			},
		});
	}

	#get(path: string, reply: (exchange: Exchange) => void, isOpen = false): Route {
		const handle = (exchange: Exchange): void => {
			this.visits.set(path, (this.visits.get(path) ?? 0) + 1);
			if (path !== "/health" && this.state !== "ready") throw unavailable(this.state);
			reply(exchange);
		};
		return { method: "GET", path, handle, ...(isOpen ? { open: true } : {}) };
	}

	#health(exchange: Exchange): void {
		if (this.state === "ready") exchange.reply(200, { status: "ok" });
		else exchange.reply(503, { error: { message: this.state, code: 503 } });
	}

	#slots(): object {
		return this.ranks.flatMap(({ busy, free, state }, rank) =>
			[...busy, ...free].map((chars, id) => ({
				...{ id, rank, rank_state: state, n_ctx: 4096, is_processing: id < busy.length, prompt_chars: chars },
			})),
		);
	}

	#props(): object {
		return {
			...{ model_alias: this.model, total_slots: 8 },
			default_generation_settings: { params: { temperature: 0.8, n_predict: 512 } },
			ranks: this.ranks.map(({ host, device }, rank) => ({ rank, host, device, engine: "llama-server" })),
		};
	}

	async #chat(exchange: Exchange): Promise<void> {
		const asked = (await exchange.json()) as unknown as Asked;
		this.asked.push(asked);
		await this.answer(exchange, asked);
	}
}

function unavailable(message: string): HttpError {
	return new HttpError(503, { message, type: "unavailable_error", code: 503 });
}

/** A stream's chunk with these fields of its only choice's delta. */
export function chunk(delta: object, finish: string | null = null): string {
	return JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] });
}

/** Answers with pieces, well to the end. */
export function say(exchange: Exchange, pieces: readonly string[], finish = "stop"): void {
	const stream = exchange.stream();
	stream.send(chunk({ role: "assistant", content: null }));
	for (const content of pieces) stream.send(chunk({ content }));
	stream.send(chunk({}, finish));
	stream.send(JSON.stringify({ choices: [], usage: { completion_tokens: pieces.length } }));
	stream.send("[DONE]");
	stream.end();
}
