import { EventEmitter, once } from "node:events";
import { connect, type Socket } from "node:net";
import type { ExecutionContext } from "ava";
import type { Exchange, Finish } from "../../../../../src/llama/gateway/http/exchange.ts";
import {
	type HttpServer,
	type HttpServerOptions,
	listen,
	type Route,
} from "../../../../../src/llama/gateway/http/server.ts";

const PATIENCE_MS = 20_000;

/** A server of a test, and what it has told. */
export class Served {
	readonly finishes: (Finish & { readonly exchange: Exchange })[] = [];
	readonly errors: unknown[] = [];
	readonly #told = new EventEmitter();
	server!: HttpServer;

	get url(): string {
		return this.server.url;
	}

	told(exchange: Exchange, finish: Finish): void {
		this.finishes.push({ ...finish, exchange });
		this.#told.emit("finish");
	}

	/** Resolves with what became of the nth exchange, from 1. */
	async finish(nth = 1): Promise<Finish & { readonly exchange: Exchange }> {
		const late = AbortSignal.timeout(PATIENCE_MS);
		for (;;) {
			const found = this.finishes[nth - 1];
			if (found !== undefined) return found;
			await once(this.#told, "finish", { signal: late });
		}
	}
}

/** A clock that the test sets; it knows when the server has looked at it. */
export class Clock {
	ms = 0;
	readonly #looks = new EventEmitter();

	readonly now = (): number => {
		this.#looks.emit("look");
		return this.ms;
	};

	/** Goes on, and resolves once the server has done what is due. */
	async advance(ms: number): Promise<void> {
		this.ms += ms;
		const late = AbortSignal.timeout(PATIENCE_MS);
		// The first may be a request's.
		for (let i = 0; i < 2; i++) await once(this.#looks, "look", { signal: late });
	}
}

/** Serves these until the test ends, and looks at times every 10 ms. */
export async function serve(
	t: ExecutionContext,
	routes: readonly Route[],
	options: Partial<HttpServerOptions> = {},
): Promise<Served> {
	const served = new Served();
	served.server = await listen({
		...{ host: "127.0.0.1", port: 0, routes },
		onFinish: (exchange, finish) => served.told(exchange, finish),
		onError: (error) => served.errors.push(error),
		...options,
		times: { tick: 10, linger: 200, close: 200, ...options.times },
	});
	t.teardown(() => served.server.close());
	return served;
}

/** A connection that sends what it is told to, byte by byte. */
export class Raw {
	readonly socket: Socket;
	text = "";

	private constructor(port: number, bytes: string | Buffer) {
		// What is left when it half-closes is read to its end.
		this.socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
		this.socket.setEncoding("latin1");
		this.socket.on("data", (text: string) => {
			this.text += text;
		});
		this.socket.on("error", () => {});
		this.send(bytes);
	}

	/** Connects, and sends. */
	static async open(t: ExecutionContext, { server }: Served, bytes: string | Buffer = ""): Promise<Raw> {
		const raw = new Raw(server.port, bytes);
		t.teardown(() => raw.socket.destroy());
		await once(raw.socket, "connect");
		return raw;
	}

	send(bytes: string | Buffer): void {
		if (bytes.length > 0) this.socket.write(bytes);
	}

	/** Resolves with all that has come once it matches. */
	async until(wanted: RegExp | ((text: string) => boolean)): Promise<string> {
		const late = AbortSignal.timeout(PATIENCE_MS);
		const isThere = typeof wanted === "function" ? wanted : (text: string) => wanted.test(text);
		while (!isThere(this.text)) await once(this.socket, "data", { signal: late });
		return this.text;
	}

	/** Resolves with all that has come once the server has closed the connection. */
	async ended(): Promise<string> {
		// A reset ends it, too.
		await new Promise<void>((resolve, reject) => {
			if (this.socket.readableEnded || this.socket.destroyed) return resolve();
			const late = setTimeout(
				() => reject(new Error(`The connection is still open: ${this.text}`)),
				PATIENCE_MS,
			);
			for (const event of ["end", "close"]) {
				this.socket.once(event, () => {
					clearTimeout(late);
					resolve();
				});
			}
		});
		return this.text;
	}
}

/** The head of a request, and its body. */
export function ask(target: string, headers: Readonly<Record<string, string>> = {}, body?: string): string {
	const [method = "", path = ""] = target.split(" ");
	const length = body === undefined ? {} : { "content-length": `${Buffer.byteLength(body)}` };
	const all = Object.entries({ host: "test", ...length, ...headers });
	return `${method} ${path} HTTP/1.1\r\n${all.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${body ?? ""}`;
}

/** Answers what it was asked, in JSON. */
export const ECHO: Route = {
	method: "POST",
	path: "/echo",
	handle: async (exchange) => exchange.reply(200, await exchange.json()),
};

export const HEALTH: Route = {
	method: "GET",
	path: "/health",
	open: true,
	handle: (exchange) => exchange.reply(200, { status: "ok" }),
};

/** An exchange that the test answers when it wants to. */
export function held(target: string): { readonly route: Route; readonly taken: Promise<Exchange> } {
	const [method, path = ""] = target.split(" ") as [Route["method"], string];
	let take: (exchange: Exchange) => void = () => {};
	const taken = new Promise<Exchange>((resolve) => {
		take = resolve;
	});
	return { route: { method, path, handle: (exchange) => take(exchange) }, taken };
}
