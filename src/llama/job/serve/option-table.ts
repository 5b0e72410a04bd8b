import type { OptionRow } from "../../../base/options/row.ts";
import { OPTION_TABLE } from "../option-table.ts";

/** Options that a server has in common with a job of prompts. */
const SHARED = [
	...["model", "inflight", "max-tokens", "temperature", "top-p", "top-k", "min-p", "ctx-size"],
	...["engine", "llama-server", "engine-args", "endpoint", "gpu", "gpu-layers", "threads", "max-restarts"],
] as const;

type SharedName = (typeof SHARED)[number];

const OWN = [
	{ name: "port", value: "PORT", describe: "where to listen; 0 is a free port (8090)" },
	{ name: "host", value: "ADDRESS", describe: "the address to listen on (127.0.0.1)" },
	{
		name: "api-key-file",
		value: "FILE",
		describe: "keys that clients must have, one a line; needed with another --host",
	},
	{ name: "no-key", describe: "serve other hosts without keys" },
	{ name: "cors", value: "ORIGIN", describe: "the origin whose pages may ask, or '*' (none)" },
	{ name: "alias", value: "NAME,...", describe: "what the model is called (the name of its file)" },
	{ name: "strict-model", describe: "refuse requests that name another model, instead of taking any name" },
	{
		name: "policy",
		value: "prefix|dynamic|round-robin",
		describe: "the rank for a request: where its beginning is known; the least busy; in turn (prefix)",
	},
	{ name: "max-queue", value: "N", describe: "requests that may wait for a slot (128)" },
	{
		name: "max-queue-tokens",
		value: "N",
		describe: "tokens that the prompts of waiting requests may have together (no bound)",
	},
	{
		name: "request-timeout",
		value: "SECONDS",
		describe: "most time of a request, in the queue too (no limit)",
	},
	{
		name: "drain-timeout",
		value: "SECONDS",
		describe: "how long running requests may go on after SIGTERM (30)",
	},
	{ name: "drain-queue", describe: "after SIGTERM run the requests that wait, too" },
	{ name: "body-limit", value: "BYTES", describe: "most bytes of a request's body, as 16M (16M)" },
	{ name: "seed", value: "N", describe: "request i samples with seed N + i (another one each time)" },
	{ name: "data-dir", value: "DIR", describe: "the folder of /v1/files and /v1/batches (without it: none)" },
	{ name: "log", value: "text|json", describe: "log each request on the standard error" },
	{ name: "otlp", value: "URL", describe: "send traces there (OTEL_EXPORTER_OTLP_ENDPOINT, else nowhere)" },
	{
		name: "endpoint-key-file",
		value: "FILE",
		describe: "API key of the endpoints (LLAMA_API_KEY, else OPENAI_API_KEY)",
	},
	{ name: "help", aliases: ["h"], endsScan: true, describe: "print this" },
] as const satisfies readonly OptionRow[];

/** A name in the table. */
export type ServeOptionName = SharedName | (typeof OWN)[number]["name"];

/** Every option of a server. */
export const SERVE_TABLE: readonly (OptionRow & { readonly name: ServeOptionName })[] = [
	...OPTION_TABLE.filter((row) => (SHARED as readonly string[]).includes(row.name)).map(
		(row) => row as OptionRow & { readonly name: SharedName },
	),
	...OWN,
];
