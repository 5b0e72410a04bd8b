import type { Exchange } from "../http/exchange.ts";
import type { RouteContext } from "./context.ts";

/** GET /health: 200 while one rank can serve. */
export function health(exchange: Exchange, { gateway, served }: RouteContext): void {
	const ranks = gateway.snapshot().ranks;
	const up = ranks.filter(({ state }) => state === "up").length;
	// One that is silent may speak again: requests wait for it where there is no other.
	const serves = up > 0 || ranks.some(({ state }) => state === "suspect");
	const counts = { ranks: { up, down: ranks.length - up } };
	if (gateway.state === "draining") unavailable(exchange, "Draining", counts);
	else if (served() === undefined || !serves) unavailable(exchange, "Loading model", counts);
	else exchange.reply(200, { status: "ok", ...counts });
}

function unavailable(exchange: Exchange, message: string, counts: object): void {
	exchange.reply(503, { error: { message, type: "unavailable_error", code: 503 }, ...counts });
}
