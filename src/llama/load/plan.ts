import { checkArgument } from "../../base/check-types.ts";
import { readApiKey } from "../engine/endpoint/api-key.ts";
import { LOAD_OPTIONS, type LoadOptions, MADE_ANSWER } from "./command-line/options.ts";
import { findServer, type LoadServer } from "./server.ts";
import { type FileItem, fileWorkload, readItems } from "./workload/file.ts";
import { madeWorkload } from "./workload/made.ts";
import type { Workload } from "./workload/workload.ts";

/** What every rank has to know of a load. It travels as it is. */
export interface LoadPlan {
	readonly options: LoadOptions;
	readonly server: LoadServer;
	/** The requests of a file; undefined: they are made. */
	readonly items: readonly FileItem[] | undefined;
}

/**
 * Finds the server and reads the file of requests. For one rank: the others get the plan from it.
 *
 * @throws {JobError} if the server does not answer or refuses, or a file cannot be read; with exit code 2 for a URL that is
 *   none.
 */
export async function planLoad(options: LoadOptions): Promise<LoadPlan> {
	checkArgument("plan a load", "options", options, LOAD_OPTIONS);
	const items = options.in === undefined ? undefined : await readItems(options);
	const apiKey = await readApiKey(options.apiKeyFile);
	const headers = Object.fromEntries(options.headers);
	return { options, items, server: await findServer({ ...options, apiKey, headers }) };
}

/** The requests of a plan. */
export function workloadOf({ options, server, items }: LoadPlan): Workload {
	const { model, requests, conversations, duration, ignoreEos, temperature } = options;
	const endless = duration === undefined ? undefined : Number.POSITIVE_INFINITY;
	const eos = ignoreEos ? { ignore_eos: true } : {};
	if (items !== undefined) {
		return fileWorkload(items, {
			sessions: requests ?? endless ?? items.length,
			defaults: server.model === undefined ? {} : { model: server.model },
			fixed: { ...eos, ...(model === undefined ? {} : { model }) },
		});
	}
	return madeWorkload({
		...options,
		maxTokens: options.maxTokens ?? MADE_ANSWER,
		turns: conversations === undefined ? 1 : options.turns,
		sessions: conversations ?? requests ?? Number.POSITIVE_INFINITY,
		wordsPerToken: server.wordsPerToken,
		common: {
			...eos,
			...(server.model === undefined ? {} : { model: server.model }),
			...(temperature === undefined ? {} : { temperature }),
		},
	});
}
