import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { isSystemError } from "../../../base/system-error.ts";
import { JobError, reasonOf } from "../../errors.ts";
import type { HttpExchange } from "./http-exchange.ts";
import { Keeper } from "./keeper.ts";
import { refuseMalformed } from "./malformed.ts";
import { type HttpServerOptions, LIMITS, TIMES, type Times } from "./options.ts";
import { type Expectation, Reception } from "./reception.ts";

export type { HttpServerOptions, Route } from "./options.ts";

/** A server that listens. */
export interface HttpServer {
	readonly url: string;
	readonly port: number;
	/** Connections that are open. */
	readonly connections: number;
	/** No connection is taken any more; idle ones are closed, and the rest once their answers are sent. */
	stopAccepting(): void;
	/** Ends everything; what still runs has a little time to send its answer. */
	close(): Promise<void>;
}

/**
 * Begins to listen.
 *
 * @throws {JobError} the address or the port cannot be had.
 */
export async function listen(options: HttpServerOptions): Promise<HttpServer> {
	const { host, port } = options;
	const listener = new Listener(options);
	try {
		await listener.open(host, port);
	} catch (error) {
		await listener.close();
		throw new JobError(`Cannot listen on ${place(host, port)}: ${whyNot(error)}`, 1, { cause: error });
	}
	return listener;
}

class Listener implements HttpServer {
	readonly #times: Times;
	readonly #server: Server;
	readonly #keeper: Keeper;
	readonly #reception: Reception;
	readonly #options: HttpServerOptions;
	readonly #now: () => number;
	readonly #sockets = new Set<Socket>();
	/** Exchanges without an end. */
	#running = 0;
	#whenIdle = ignore;
	#closing = false;
	#closed: Promise<void> | undefined;
	#port = 0;

	constructor(options: HttpServerOptions) {
		this.#options = options;
		this.#now = options.now ?? (() => performance.now());
		this.#times = { ...TIMES, ...options.times };
		this.#keeper = new Keeper({
			times: this.#times,
			unreadLimit: options.unreadLimit ?? LIMITS.unread,
			now: this.#now,
			lost: (exchange) => this.#finished(exchange),
		});
		this.#reception = new Reception(options, this.#now);
		this.#server = createServer({
			noDelay: true,
			keepAliveTimeout: this.#times.keepAlive,
			headersTimeout: this.#times.head,
			// The keeper looks at bodies: large ones may take longer, as long as they come.
			requestTimeout: 0,
			connectionsCheckingInterval: 2 * this.#times.tick,
			maxHeaderSize: 16_384,
			// Without one the answer is an error of our own form.
			requireHostHeader: false,
		});
		// Not documented, and needed: else a client that closes its side once it has asked gets an empty answer.
		Object.assign(this.#server, { httpAllowHalfOpen: true });
		this.#server.on("connection", (socket: Socket) => this.#connected(socket));
		this.#server.on("request", (request, response) => this.#take(request, response));
		this.#server.on("checkContinue", (request, response) => this.#take(request, response, "100-continue"));
		this.#server.on("checkExpectation", (request, response) => this.#take(request, response, "unknown"));
		this.#server.on("clientError", (error: Error, socket: Socket) => this.#malformed(error, socket));
	}

	get url(): string {
		return `http://${place(this.#options.host, this.port)}`;
	}

	get port(): number {
		return this.#port;
	}

	get connections(): number {
		return this.#sockets.size;
	}

	open(host: string, port: number): Promise<void> {
		return new Promise((resolve, reject) => {
			this.#server.once("error", reject);
			this.#server.listen(port, host, () => {
				this.#server.off("error", reject);
				this.#port = (this.#server.address() as AddressInfo).port;
				resolve();
			});
		});
	}

	stopAccepting(): void {
		if (this.#closing) return;
		this.#closing = true;
		this.#closed = new Promise((resolve) => this.#server.close(() => resolve()));
		for (const { response } of this.#keeper.exchanges) {
			if (!response.headersSent) response.setHeader("connection", "close");
		}
	}

	async close(): Promise<void> {
		this.stopAccepting();
		let timer: ReturnType<typeof setTimeout> | undefined;
		const idle = new Promise<void>((resolve) => {
			this.#whenIdle = resolve;
			timer = setTimeout(resolve, this.#times.close);
			if (this.#running === 0) resolve();
		});
		await idle;
		clearTimeout(timer);
		for (const exchange of this.#keeper.exchanges) exchange.drop("cut");
		const left = [...this.#sockets].map(gone);
		for (const socket of this.#sockets) socket.destroy();
		await Promise.all([this.#closed, ...left]);
		this.#keeper.close();
	}

	#connected(socket: Socket): void {
		this.#sockets.add(socket);
		socket.once("close", () => this.#sockets.delete(socket));
	}

	#take(request: IncomingMessage, response: ServerResponse, expectation?: Expectation): void {
		const visit = this.#reception.begin(request, response, expectation);
		const { exchange } = visit;
		if (this.#closing) response.setHeader("connection", "close");
		this.#running += 1;
		this.#keeper.add(exchange);
		response.on("error", ignore);
		response.once("close", () => this.#finished(exchange));
		this.#options.onArrive?.(exchange);
		void this.#reception.answer(visit);
	}

	#finished(exchange: HttpExchange): void {
		if (exchange.over) return;
		this.#running -= 1;
		const finish = exchange.closed(this.#now());
		this.#keeper.finished(exchange);
		this.#options.onFinish?.(exchange, finish);
		if (!this.#closing) return;
		// Node counts the connection as idle once this event is over.
		setImmediate(() => this.#server.closeIdleConnections());
		if (this.#running === 0) this.#whenIdle();
	}

	#malformed(error: Error, socket: Socket): void {
		for (const { request, response } of this.#keeper.exchanges) {
			// The answer to an earlier request is on its way, and this one's would be read as a part of it.
			if (request.socket === socket && response.headersSent) {
				socket.destroy();
				return;
			}
		}
		refuseMalformed(error, socket, this.#times.linger);
	}
}

/** What is written to a client that has just left. The response's "close" tells, too. */
function ignore(): void {}

function gone(socket: Socket): Promise<void> {
	return new Promise((resolve) => socket.once("close", () => resolve()));
}

function place(host: string, port: number): string {
	return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

const REASONS: ReadonlyMap<string, string> = new Map([
	["EADDRINUSE", "the port is taken"],
	["EACCES", "this user may not use the port"],
	["EADDRNOTAVAIL", "this host has no such address"],
	["ENOTFOUND", "this host has no such address"],
]);

function whyNot(error: unknown): string {
	return (isSystemError(error) ? REASONS.get(error.code) : undefined) ?? reasonOf(error);
}
