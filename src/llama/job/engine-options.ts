import type { OptionValues } from "../../base/options/values.ts";
import { endpointUrl } from "../engine/endpoint/connect.ts";
import { reasonOf } from "../errors.ts";
import { usageError } from "./option-table.ts";

/** Names of the options that are read here. */
export type EngineOptionName = "engine" | "llama-server" | "engine-args" | "endpoint" | "request-timeout";

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

const ENGINES = ["auto", "node-llama-cpp", "llama-server", "endpoint"] as const;
const LONGEST_TIMEOUT = 1e6;

/**
 * Reads the options that are about engines.
 *
 * @param keyOption The name of the option for the endpoints' key.
 *
 * @throws {JobError} with exit code 2 for a mistake.
 */
export function readEngineChoice<Key extends string>(
	values: OptionValues<EngineOptionName | Key>,
	keyOption: Key,
): EngineChoice {
	const endpoints = readEndpoints(values.text("endpoint"));
	const engine = values.choice("engine", ENGINES) ?? (endpoints.length > 0 ? "endpoint" : "auto");
	const others: readonly (readonly [EngineOptionName | Key, boolean, string])[] = [
		["endpoint", engine === "endpoint", `the engine is ${engine}`],
		[keyOption, engine === "endpoint", "only an endpoint has an API key"],
		["llama-server", engine === "auto" || engine === "llama-server", `the engine is ${engine}`],
		["engine-args", engine === "auto" || engine === "llama-server", "only llama-server takes arguments"],
	];
	for (const [name, usable, why] of others) {
		if (!usable && values.has(name)) throw usageError(`Cannot use --${name} ${values.text(name)}: ${why}`);
	}
	if (engine === "endpoint" && endpoints.length === 0) {
		throw usageError("Cannot use --engine endpoint without --endpoint URL");
	}
	return {
		engine,
		llamaServer: values.text("llama-server"),
		engineArgs: values.words("engine-args"),
		endpoints,
		apiKeyFile: values.text(keyOption),
		requestTimeout: values.parsed(
			"request-timeout",
			`seconds, more than 0 and at most ${LONGEST_TIMEOUT}`,
			parseTimeout,
		),
	};
}

function readEndpoints(text: string | undefined): string[] {
	if (text === undefined) return [];
	const urls = text.split(",").map((url) => url.trim());
	try {
		urls.forEach(endpointUrl);
	} catch (error) {
		throw usageError(reasonOf(error));
	}
	return urls;
}

function parseTimeout(text: string): number | undefined {
	const value = text.trim() === "" ? Number.NaN : Number(text);
	return value > 0 && value <= LONGEST_TIMEOUT ? value : undefined;
}
