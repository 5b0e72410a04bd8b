import { wrong } from "./wish.ts";

/** How much of a list one page has. */
export interface PageLimits {
	readonly usual: number;
	readonly most: number;
}

/**
 * A page of a list, newest first unless `order` says "asc", as OpenAI's clients go through it: `limit` of those after the
 * id `after`. Ids sort by their time, so that one that is gone still has its place.
 *
 * @throws {BadRequest} the query cannot be used.
 */
export function pageOf<T extends { readonly id: string }>(
	newestFirst: readonly T[],
	query: URLSearchParams,
	{ usual, most }: PageLimits,
) {
	const order = query.get("order") ?? "desc";
	if (order !== "asc" && order !== "desc") throw wrong("order", order, '"asc" or "desc"');
	const limitText = query.get("limit") ?? `${usual}`;
	const limit = /^\d{1,5}$/.test(limitText) ? Number(limitText) : Number.NaN;
	if (!(limit >= 1 && limit <= most)) throw wrong("limit", limitText, `a number from 1 to ${most}`);
	const after = query.get("after");
	const all = order === "desc" ? newestFirst : [...newestFirst].reverse();
	const rest = after === null ? all : all.filter(({ id }) => (order === "desc" ? id < after : id > after));
	const data = rest.slice(0, limit);
	return {
		...{ object: "list", data, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null },
		has_more: rest.length > data.length,
	};
}
