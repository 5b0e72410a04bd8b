import type { Client } from "../common/client.ts";
import { Scrape } from "./scrape.ts";

/** A slot, as GET /slots tells it. */
export interface Slot {
	readonly id: number;
	readonly rank: number;
	readonly host?: string;
	readonly rank_state: string;
	readonly n_ctx?: number;
	readonly is_processing: boolean;
	readonly prompt_chars: number;
}

/** What GET /props tells, as far as the page shows it. */
export interface Props {
	readonly model_alias: string;
	readonly default_generation_settings: {
		readonly params: { readonly temperature?: number; readonly n_predict?: number };
	};
	readonly ranks: readonly {
		readonly rank: number;
		readonly host: string;
		readonly engine: string;
		readonly device?: string;
	}[];
}

export type ServerState = "loading" | "ready" | "draining";

/** What the server said at one time. */
export interface Reading {
	readonly state: ServerState;
	/** Its clock, in seconds since 1970. */
	readonly serverTime: number;
	/** Undefined is what it did not answer, as while it loads. */
	readonly scrape: Scrape | undefined;
	readonly slots: readonly Slot[] | undefined;
	readonly props: Props | undefined;
}

const PATIENCE_MS = 5000;

/**
 * Asks for all that the page shows.
 *
 * @returns "locked" where a key is needed.
 * @throws {Error} the server cannot be reached.
 */
export async function read(client: Client): Promise<Reading | "locked"> {
	const signal = AbortSignal.timeout(PATIENCE_MS);
	const paths = ["health", "metrics", "slots", "props"];
	const answers = await Promise.all(paths.map((path) => client.fetch(path, { signal })));
	const [health, metrics, slots, props] = answers as [Response, Response, Response, Response];
	if (answers.some(({ status }) => status === 401)) return "locked";
	const at = performance.now() / 1000;
	// A proxy whose server is gone answers in its place, and not with what this server says.
	const state = stateOf(health.status, await health.json());
	return {
		state,
		serverTime: Date.parse(health.headers.get("date") ?? "") / 1000 || Date.now() / 1000,
		scrape: metrics.ok ? new Scrape(await metrics.text(), at) : undefined,
		slots: slots.ok ? await slots.json() : undefined,
		props: props.ok ? await props.json() : undefined,
	};
}

function stateOf(status: number, body: { readonly error?: { readonly message?: string } }): ServerState {
	if (status === 200) return "ready";
	return body.error?.message === "Draining" ? "draining" : "loading";
}
