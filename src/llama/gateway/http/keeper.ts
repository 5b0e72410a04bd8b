import { HttpError } from "./http-error.ts";
import type { HttpExchange } from "./http-exchange.ts";
import type { Times } from "./options.ts";
import { Watch } from "./watch.ts";

/** What a keeper needs. */
export interface KeeperOptions {
	readonly times: Times;
	readonly unreadLimit: number;
	readonly now: () => number;
	/** Takes an exchange whose connection has gone before it was its turn to be answered. */
	readonly lost: (exchange: HttpExchange) => void;
}

/** Looks after all exchanges with one timer. */
export class Keeper {
	readonly #options: KeeperOptions;
	readonly #watches = new Map<HttpExchange, Watch>();
	readonly #timer: ReturnType<typeof setInterval>;

	constructor(options: KeeperOptions) {
		this.#options = options;
		this.#timer = setInterval(() => this.#tick(), options.times.tick).unref();
	}

	/** The exchanges that are looked after. */
	get exchanges(): Iterable<HttpExchange> {
		return this.#watches.keys();
	}

	add(exchange: HttpExchange): void {
		const { times, unreadLimit } = this.#options;
		const watch = new Watch(exchange.request, exchange.arrivedMs, times, unreadLimit);
		this.#watches.set(exchange, watch);
	}

	/** The exchange is over; the rest of its body, if any, must still come in time. */
	finished(exchange: HttpExchange): void {
		const { request } = exchange;
		if (request.complete || request.destroyed) this.#watches.delete(exchange);
	}

	close(): void {
		clearInterval(this.#timer);
	}

	#tick(): void {
		const nowMs = this.#options.now();
		for (const [exchange, watch] of this.#watches) {
			if (exchange.request.socket.destroyed) this.#options.lost(exchange);
			if (exchange.over) this.finished(exchange);
			if (!this.#watches.has(exchange)) continue;
			const finding = watch.look(exchange, nowMs);
			if (finding === "slow") this.#slow(exchange);
			else if (finding !== "fine") exchange.drop(finding);
		}
	}

	#slow(exchange: HttpExchange): void {
		if (exchange.response.headersSent) {
			exchange.drop("slow");
			return;
		}
		const seconds = this.#options.times.body / 1000;
		const message = `The body has not come within ${seconds} s`;
		exchange.fail(new HttpError(408, { message, headers: { connection: "close" } }));
	}
}
