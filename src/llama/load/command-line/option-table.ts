import type { OptionRow } from "../../../base/options/row.ts";

const LOAD = "How requests come";
const SENT = "What is sent";
const SERVER = "The server";
const REPORT = "The report";

/** Every option of the load tool. */
export const LOAD_OPTION_TABLE = [
	{
		name: "url",
		value: "URL",
		group: SERVER,
		describe: "the server: http://127.0.0.1:8090, with or without /v1",
	},
	{ name: "model", value: "NAME", group: SERVER, describe: "model that requests name (the server's first)" },
	{
		name: "api-key-file",
		value: "FILE",
		group: SERVER,
		describe: "API key: the file's first line (LLAMA_API_KEY, else OPENAI_API_KEY)",
	},
	{
		name: "header",
		value: "'NAME: VALUE'",
		several: true,
		group: SERVER,
		describe: "a header that every request has; may be given several times",
	},
	{
		name: "request-timeout",
		value: "SECONDS",
		group: SERVER,
		describe: "most time that a request may take from when it is sent (no limit)",
	},
	{
		name: "retries",
		value: "N",
		group: SERVER,
		describe: "send a request again up to N times, if it fails before its first token for what may pass (0)",
	},
	{
		name: "concurrency",
		value: "K",
		group: LOAD,
		describe: "requests at a time, over all ranks; with --rate at most so many (4 for each rank; no limit)",
	},
	{
		name: "rate",
		value: "R",
		group: LOAD,
		describe: "R requests per second over all ranks, ready or not (open loop)",
	},
	{
		name: "burstiness",
		value: "B",
		group: LOAD,
		describe: "with --rate: 1 is Poisson, less comes in bursts, more evenly, inf exactly (1)",
	},
	{
		name: "requests",
		value: "N",
		group: LOAD,
		describe: "send N requests, going round a file (a file's each once; else 100; no limit with --duration)",
	},
	{
		name: "duration",
		value: "SECONDS",
		group: LOAD,
		describe: "send none after this time; those that run come to their end (no limit)",
	},
	{
		name: "warmup",
		value: "N",
		group: LOAD,
		describe: "requests over all ranks that are sent first and not counted (0)",
	},
	{
		name: "in",
		value: "FILE",
		group: SENT,
		describe: "requests: batch lines, JSON, text, CSV, Parquet, also .gz and .zst, or -; else made ones",
	},
	{
		name: "in-format",
		value: "FORMAT",
		group: SENT,
		describe: "jsonl, json, text, csv, tsv or parquet (by the file's name, else by what is in it)",
	},
	{
		name: "prompt-field",
		value: "NAME",
		group: SENT,
		describe: "the column or key that is the prompt (prompt)",
	},
	{
		name: "prompt-template",
		value: "TEXT",
		group: SENT,
		describe: "the prompt made of columns: 'Translate: {text}'",
	},
	{
		name: "lengths",
		value: "sharegpt",
		group: SENT,
		describe: "lengths of made prompts and answers as people's conversations have them",
	},
	{ name: "prompt-tokens", value: "N|N..M", group: SENT, describe: "tokens of made prompts (128)" },
	{
		name: "max-tokens",
		value: "N|N..M",
		group: SENT,
		describe: "most tokens of an answer (64; a file's requests: as they say)",
	},
	{
		name: "shared-prefix",
		value: "N",
		group: SENT,
		describe: "N more tokens before all made prompts, the same for all: a system message in chats (0)",
	},
	{
		name: "conversations",
		value: "N",
		group: SENT,
		describe: "N chats of --turns turns; each turn sends all that was said before",
	},
	{ name: "turns", value: "M", group: SENT, describe: "turns of each conversation (4)" },
	{
		name: "route",
		value: "chat|completions",
		group: SENT,
		describe: "where made and plain prompts go: /v1/chat/completions or /v1/completions (chat)",
	},
	{
		name: "no-stream",
		group: SENT,
		describe: "ask for whole answers: then nothing tells TTFT, TPOT and ITL",
	},
	{
		name: "temperature",
		value: "T",
		group: SENT,
		describe: "0 is greedy; of requests that do not say (the server's)",
	},
	{
		name: "seed",
		value: "N",
		group: SENT,
		describe: "of texts, lengths and arrivals; request i samples with N + i (1)",
	},
	{
		name: "ignore-eos",
		group: SENT,
		describe: "answers go on to --max-tokens (llama.cpp and vLLM know this)",
	},
	{ name: "json", value: "FILE", group: REPORT, describe: "write the report as JSON" },
	{ name: "md", value: "FILE", group: REPORT, describe: "write the report as Markdown" },
	{
		name: "html",
		value: "FILE",
		group: REPORT,
		describe: "write the report as a page with its curves, to be opened without network",
	},
	{
		name: "trace",
		value: "FILE",
		group: REPORT,
		describe: "write the requests' times as a Chrome trace (Perfetto)",
	},
	{
		name: "slo",
		value: "ttft=MS,...",
		group: REPORT,
		describe: "limits (ttft, tpot, e2e) that share=99 % of the requests must keep",
	},
	{
		name: "min-success",
		value: "PERCENT",
		group: REPORT,
		describe: "requests that must succeed, or the exit code is 1 (100)",
	},
	{
		name: "help",
		aliases: ["h"],
		endsScan: true,
		group: REPORT,
		describe: "print this; --help report: what the figures of a report mean",
	},
] as const satisfies readonly OptionRow[];

/** A name in the table. */
export type LoadOptionName = (typeof LOAD_OPTION_TABLE)[number]["name"];
