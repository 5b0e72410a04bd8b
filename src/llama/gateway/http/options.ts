import type { Exchange, Finish } from "./exchange.ts";

/** What answers the requests of one method and path. GET answers HEAD, too. */
export interface Route {
	readonly method: "GET" | "POST" | "DELETE";
	/** Such as "/v1/models/:id"; a part that begins with a colon stands for any text. */
	readonly path: string;
	/** It needs no key. */
	readonly open?: true;
	/** How browsers are to get a key: by asking for a password. @default they are not */
	readonly challenge?: "basic";
	/** Most bytes of a request's body. @default the server's */
	readonly bodyLimit?: number;
	/** Answers, now or later. What it throws is the answer, too. */
	handle(exchange: Exchange): void | Promise<void>;
}

/** How a server listens. */
export interface HttpServerOptions {
	readonly host: string;
	/** 0: a free one. */
	readonly port: number;
	readonly routes: readonly Route[];
	/** Without them every request is served. */
	readonly keys?: readonly string[] | undefined;
	/** The origin whose pages may read the answers, or "*". Without it, none. */
	readonly cors?: string | undefined;
	/** Most bytes of a request's body. @default 16 MiB */
	readonly bodyLimit?: number | undefined;
	/** Most bytes of an event stream that a client may leave unread. @default 4 MiB */
	readonly unreadLimit?: number | undefined;
	readonly times?: Partial<Times> | undefined;
	/** Is told about every exchange as it begins, before anything is answered. */
	readonly onArrive?: ((exchange: Exchange) => void) | undefined;
	/** Is told about every exchange once it is over. */
	readonly onFinish?: ((exchange: Exchange, finish: Finish) => void) | undefined;
	/** Is told what a handler threw, other than an HttpError. */
	readonly onError?: ((error: unknown, exchange: Exchange) => void) | undefined;
	/** The clock, in milliseconds. @default performance.now */
	readonly now?: (() => number) | undefined;
}

/** How long things may take, in milliseconds. */
export interface Times {
	/** A request's head. */
	readonly head: number;
	/** A request's body, and a second more for each 64 KiB that have come. */
	readonly body: number;
	/** A connection without a request. */
	readonly keepAlive: number;
	/** A stream without an event: then a ping is sent. */
	readonly ping: number;
	/** A client that takes nothing of what is sent. */
	readonly stuck: number;
	/** A refused client that still sends: so long it may, to have read the answer before it meets a closed connection. */
	readonly linger: number;
	/** Requests that run when `close()` is called. */
	readonly close: number;
	/** Between two looks at all of these. */
	readonly tick: number;
}

/** The times of a server that faces users. */
export const TIMES: Times = {
	head: 10_000,
	body: 30_000,
	// More than the 60 s after which load balancers drop an idle connection, so that it is never the server that does.
	keepAlive: 75_000,
	ping: 15_000,
	stuck: 60_000,
	linger: 2_000,
	close: 5_000,
	tick: 500,
};

/** Most bytes of a body, and of what a client leaves unread, unless the server's options say otherwise. */
export const LIMITS = { body: 16 * 1024 * 1024, unread: 4 * 1024 * 1024 } as const;
