import { checkArgument, type Kind, listOf, objectWith, TEXT } from "../../../base/check-types.ts";
import { helpText } from "../../../base/options/help.ts";
import { describeMistake, type Mistake } from "../../../base/options/mistake.ts";
import { repeatedOption } from "../../../base/options/repeated.ts";
import { scanOptions } from "../../../base/options/scan.ts";
import { OptionValues } from "../../../base/options/values.ts";
import { IN_FORMATS, type InFormat } from "../../batch/files/in-format.ts";
import { JobError } from "../../errors.ts";
import { parseSlo, type Slo } from "../../measure/slo.ts";
import type { ReportFiles } from "../../report/outputs.ts";
import { definitionsText } from "../../report/text.ts";
import { parseBurstiness } from "../../schedule/arrivals.ts";
import { checkTogether } from "./check-together.ts";
import { type Header, parseHeader } from "./header.ts";
import { type Lengths, parseLengths, SHAREGPT } from "./lengths.ts";
import { LOAD_OPTION_TABLE } from "./option-table.ts";

/** Where made and plain prompts go. */
export type LoadRoute = "chat" | "completions";

/** What the command line of the load tool says, with the defaults that need no server filled in. It travels as it is. */
export interface LoadOptions extends ReportFiles {
	/** The server, as it was typed. */
	readonly url: string;
	/** The model that requests name; undefined: the server's first. */
	readonly model: string | undefined;
	/** The file with the API key; undefined: what the environment has. */
	readonly apiKeyFile: string | undefined;
	/** Headers that every request has. */
	readonly headers: readonly Header[];
	/** Most milliseconds that a request may take; undefined: no limit. */
	readonly requestTimeout: number | undefined;
	/** Further attempts of a request that fails before its first token. */
	readonly retries: number;
	/** Requests at a time, over all ranks; undefined: 4 for each rank, in an open loop no limit. */
	readonly concurrency: number | undefined;
	/** Requests per second of an open loop, over all ranks; undefined: a closed loop. */
	readonly rate: number | undefined;
	/** See `arrivals`. */
	readonly burstiness: number;
	/** How many requests; undefined: a file's each once, or as long as `duration` lasts. */
	readonly requests: number | undefined;
	/** Milliseconds after which none is sent; undefined: no limit. */
	readonly duration: number | undefined;
	/** Requests over all ranks that are sent first and not counted. */
	readonly warmup: number;
	/** Where requests are read from; undefined: they are made. */
	readonly in: string | undefined;
	/** What the file is; undefined: by its name, else by what is in it. */
	readonly inFormat: InFormat | undefined;
	/** The column or key that is the prompt. */
	readonly promptField: string | undefined;
	/** The prompt made of columns. */
	readonly promptTemplate: string | undefined;
	/** Tokens of made prompts. */
	readonly promptTokens: Lengths;
	/** Most tokens of answers; undefined: as a file's requests say. */
	readonly maxTokens: Lengths | undefined;
	/** Tokens before each made prompt that are the same for all. */
	readonly sharedPrefix: number;
	/** How many conversations; undefined: each request stands for itself. */
	readonly conversations: number | undefined;
	/** Turns of a conversation. */
	readonly turns: number;
	readonly route: LoadRoute;
	/** Answers come in pieces. */
	readonly stream: boolean;
	/** Of requests that do not say; undefined: as the server has it. */
	readonly temperature: number | undefined;
	readonly seed: number;
	/** Answers do not end before their limit. */
	readonly ignoreEos: boolean;
	/** Limits that requests must keep. */
	readonly slo: Slo | undefined;
	/** Percent of the requests that must succeed. */
	readonly minSuccess: number;
}

/** Anything that `loadOptions` has made. */
export const LOAD_OPTIONS: Kind = objectWith("what loadOptions() gives", "url", "headers");

const MOST_REQUESTS = 2 ** 32 - 1;
/** Most tokens of answers to made requests, where the command line does not say. */
export const MADE_ANSWER: Lengths = { least: 64, most: 64 };
const LENGTHS = "tokens, as 128 or 64..512";

/**
 * Reads the load tool's command line.
 *
 * @throws {JobError} with exit code 2 for a mistake; with exit code 0 and the help text for `--help`, or for
 * `--help report` what the figures of a report mean.
 */
export function loadOptions(argv: readonly string[], program: string): LoadOptions {
	checkArgument("read the options of a load", "argv", argv, listOf("a list of strings", TEXT));
	checkArgument("read the options of a load", "program", program, TEXT);
	const { given, end } = scanOptions(argv, LOAD_OPTION_TABLE, refuse, { style: "gnu" });
	if (given.some(({ row }) => row.name === "help")) throw helpFor(program, argv[end]);
	const repeated = repeatedOption(given);
	if (repeated !== undefined) throw new JobError(repeated, 2);
	const values = new OptionValues(given, refuse);
	const slo = values.has("slo") ? parseSlo(values.text("slo") ?? "") : undefined;
	checkTogether(values, slo);
	const isFile = values.has("in");
	const lengths = values.choice("lengths", ["sharegpt"]) === "sharegpt" ? SHAREGPT : undefined;
	const duration = values.milliseconds("duration");
	const isBounded = isFile || values.has("conversations") || duration !== undefined;
	const made = isFile ? undefined : MADE_ANSWER;
	return {
		url: values.text("url") ?? "",
		model: values.text("model"),
		apiKeyFile: values.text("api-key-file"),
		headers: values.all("header").map(parseHeader),
		requestTimeout: values.milliseconds("request-timeout"),
		retries: values.integer("retries", { least: 0, most: 1000 }) ?? 0,
		concurrency: values.integer("concurrency", { least: 1, most: 1_000_000 }),
		rate: values.number("rate", { least: 1e-3, most: 1e6 }),
		burstiness: values.parsed("burstiness", "a number from 0.001 to 1000000, or inf", parseBurstiness) ?? 1,
		requests: values.integer("requests", { least: 1, most: MOST_REQUESTS }) ?? (isBounded ? undefined : 100),
		duration,
		warmup: values.integer("warmup", { least: 0, most: MOST_REQUESTS }) ?? 0,
		in: values.text("in"),
		inFormat: values.choice("in-format", IN_FORMATS),
		promptField: values.text("prompt-field"),
		promptTemplate: values.text("prompt-template"),
		promptTokens: values.parsed("prompt-tokens", LENGTHS, parseLengths) ??
			lengths?.prompt ?? { least: 128, most: 128 },
		maxTokens: values.parsed("max-tokens", LENGTHS, parseLengths) ?? lengths?.answer ?? made,
		sharedPrefix: values.integer("shared-prefix", { least: 0, most: 10_000_000 }) ?? 0,
		conversations: values.integer("conversations", { least: 1, most: MOST_REQUESTS }),
		turns: values.integer("turns", { least: 1, most: 10_000 }) ?? 4,
		route: values.choice("route", ["chat", "completions"]) ?? "chat",
		stream: !values.has("no-stream"),
		temperature: values.number("temperature", { least: 0, most: 100 }),
		seed: values.integer("seed", { least: 0, most: 2 ** 32 - 1 }) ?? 1,
		ignoreEos: values.has("ignore-eos"),
		json: values.text("json"),
		md: values.text("md"),
		html: values.text("html"),
		trace: values.text("trace"),
		slo,
		minSuccess: values.number("min-success", { least: 0, most: 100 }) ?? 100,
	};
}

function refuse(mistake: Mistake): JobError {
	return new JobError(describeMistake(mistake), 2);
}

/** Gives the help to whoever throws it: nothing is sent. */
function helpFor(program: string, topic = ""): JobError {
	if (topic === "report") return new JobError(definitionsText().trimEnd(), 0);
	const usage = `Usage: tsmpirun -np N ${program} --url URL [options]`;
	return new JobError(helpText(LOAD_OPTION_TABLE, { usage, oneSpelling: true }), 0);
}
