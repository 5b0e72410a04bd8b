import { BOOLEAN, integerFrom, type Kinds, listOf, numberFrom, oneOf, TEXT } from "../../base/check-types.ts";
import { SAMPLING_DEFAULT_KINDS, type SamplingDefaults } from "../openai/sampling-defaults.ts";
import { POLICIES, type Policy } from "../schedule/policies.ts";

/** How to serve. Every option may be left out. */
export interface ServeOptions extends SamplingDefaults {
	/** The port; 0 is a free one. @default 8090 */
	readonly port?: number | undefined;
	/** The address to listen on. Without keys only an address of this host itself. @default "127.0.0.1" */
	readonly host?: string | undefined;
	/** A file with the keys that clients may use, one a line. @default none: every client of this host is served */
	readonly apiKeyFile?: string | undefined;
	/** Serve other hosts without keys. @default false */
	readonly noKey?: boolean | undefined;
	/** The origin whose pages may ask, or "*". @default no page of another origin */
	readonly cors?: string | undefined;
	/** Most bytes of a request's body. @default 16777216 */
	readonly bodyLimit?: number | undefined;
	/** Requests that may wait for a slot. @default 128 */
	readonly maxQueue?: number | undefined;
	/** Tokens that the prompts of waiting requests may have together, estimated. @default no bound */
	readonly maxQueueTokens?: number | undefined;
	/** Which rank runs what. @default "prefix" */
	readonly policy?: Policy | undefined;
	/** Seconds that running requests may go on for after SIGTERM. @default 30 */
	readonly drainTimeout?: number | undefined;
	/** After SIGTERM run what waits, too. @default false: it fails with status 503 */
	readonly drainQueue?: boolean | undefined;
	/** A request must name the model that is served. @default false: any name is taken */
	readonly strictModel?: boolean | undefined;
	/** What the model is called. @default the name of its file */
	readonly aliases?: readonly string[] | undefined;
	/** Most seconds that a request may take, its time in the queue included. @default no limit */
	readonly requestTimeout?: number | undefined;
	/** Requests that this rank runs at the same time; another rank may run more or fewer. @default 4 */
	readonly inflight?: number | undefined;
	/** Most tokens of an answer whose request does not say. @default the rest of the context */
	readonly maxTokens?: number | undefined;
	/** Request i samples with seed + i where it does not say. @default another seed each time */
	readonly seed?: number | undefined;
	/** How each request is logged on the standard error. @default not at all */
	readonly log?: "text" | "json" | undefined;
	/** Where traces are sent, by OTLP over HTTP. @default as OTEL_EXPORTER_OTLP_ENDPOINT says, else nowhere */
	readonly otlp?: string | undefined;
	/** The folder of files and batches. @default these routes are not there */
	readonly dataDir?: string | undefined;
}

/** What each option may be. */
export const SERVE_KINDS: Kinds<ServeOptions> = {
	port: integerFrom(0, 65_535),
	host: TEXT,
	apiKeyFile: TEXT,
	noKey: BOOLEAN,
	cors: TEXT,
	bodyLimit: integerFrom(1024),
	maxQueue: integerFrom(0),
	maxQueueTokens: integerFrom(1),
	policy: oneOf(...POLICIES),
	drainTimeout: numberFrom(0, 86_000),
	drainQueue: BOOLEAN,
	strictModel: BOOLEAN,
	aliases: listOf("a list of names", TEXT),
	requestTimeout: numberFrom(1e-3, 1e6),
	inflight: integerFrom(1),
	...SAMPLING_DEFAULT_KINDS,
	endpoint: BOOLEAN,
	log: oneOf("text", "json"),
	otlp: TEXT,
	dataDir: TEXT,
};
