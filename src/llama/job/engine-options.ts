import { endpointUrl } from "../engine/endpoint/connect.ts";
import { JobError, reasonOf } from "../errors.ts";

/** Which engine a job uses, and what only some engines take. */
export interface EngineChoice {
	/** Which engine; "auto" takes llama-server where one is found that can use the GPU, else node-llama-cpp. */
	readonly engine: "auto" | "node-llama-cpp" | "llama-server" | "endpoint";
	/** Path of llama-server; undefined is the one that is found. */
	readonly llamaServer: string | undefined;
	/** Arguments for llama-server, after all others. */
	readonly engineArgs: readonly string[];
	/** URLs of servers that run already; rank r uses the one at r modulo their number. */
	readonly endpoints: readonly string[];
	/** Path of a file with the endpoints' API key; undefined is the environment's. */
	readonly apiKeyFile: string | undefined;
	/** Most seconds that a request may take; undefined is no limit. */
	readonly requestTimeout: number | undefined;
}

export const ENGINE_SPECS = {
	engine: {
		value: "KIND",
		help: "node-llama-cpp, llama-server, endpoint, or auto: llama-server where one is found (auto)",
	},
	"llama-server": {
		value: "PATH",
		help: "llama-server to run (LLAMA_SERVER, PATH, or the one that was built)",
	},
	"engine-args": { value: "ARGS", help: "more arguments for llama-server, in one word" },
	endpoint: {
		value: "URL,...",
		help: "servers that run already, with llama.cpp's or OpenAI's API; rank r uses r mod n",
	},
	"api-key-file": { value: "FILE", help: "API key of the endpoints (LLAMA_API_KEY, else OPENAI_API_KEY)" },
	"request-timeout": { value: "SECONDS", help: "most time that a request may take (no limit)" },
} as const;

type EngineOptionName = keyof typeof ENGINE_SPECS;

const ENGINES = ["auto", "node-llama-cpp", "llama-server", "endpoint"] as const;
const LONGEST_TIMEOUT = 1e6;

/**
 * Reads the options that are about engines.
 *
 * @throws {JobError} with exit code 2 for a mistake.
 */
export function readEngineChoice(given: (name: EngineOptionName) => string | undefined): EngineChoice {
	const endpoints = readEndpoints(given("endpoint"));
	const asked = given("engine") ?? (endpoints.length > 0 ? "endpoint" : "auto");
	const engine = ENGINES.find((name) => name === asked);
	if (engine === undefined) throw mistake(`Cannot use --engine ${asked}: it takes ${ENGINES.join(", ")}`);
	const others: readonly (readonly [EngineOptionName, boolean, string])[] = [
		["endpoint", engine === "endpoint", `the engine is ${engine}`],
		["api-key-file", engine === "endpoint", "only an endpoint has an API key"],
		["llama-server", engine === "auto" || engine === "llama-server", `the engine is ${engine}`],
		["engine-args", engine === "auto" || engine === "llama-server", "only llama-server takes arguments"],
	];
	for (const [name, usable, why] of others) {
		if (!usable && given(name) !== undefined) throw mistake(`Cannot use --${name} ${given(name)}: ${why}`);
	}
	if (engine === "endpoint" && endpoints.length === 0) {
		throw mistake("Cannot use --engine endpoint without --endpoint URL");
	}
	return {
		engine,
		llamaServer: given("llama-server"),
		engineArgs: splitWords(given("engine-args") ?? ""),
		endpoints,
		apiKeyFile: given("api-key-file"),
		requestTimeout: readTimeout(given("request-timeout")),
	};
}

function readEndpoints(text: string | undefined): string[] {
	if (text === undefined) return [];
	const urls = text.split(",").map((url) => url.trim());
	try {
		urls.forEach(endpointUrl);
	} catch (error) {
		throw mistake(reasonOf(error));
	}
	return urls;
}

function readTimeout(text: string | undefined): number | undefined {
	if (text === undefined) return undefined;
	const value = Number(text);
	if (text.trim() !== "" && value > 0 && value <= LONGEST_TIMEOUT) return value;
	throw mistake(
		`Cannot use --request-timeout ${text}: it takes seconds, more than 0 and at most ${LONGEST_TIMEOUT}`,
	);
}

/** Splits like a shell: at spaces that are not within quotation marks. */
export function splitWords(text: string): string[] {
	const words = text.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
	return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, "$1$2"));
}

function mistake(message: string): JobError {
	return new JobError(message, 2);
}
