import { describeMistake, type Mistake } from "../../base/options/mistake.ts";
import type { OptionRow } from "../../base/options/row.ts";
import { JobError } from "../errors.ts";
import { POLICIES } from "../schedule/policies.ts";

/** Every option of a job. */
export const OPTION_TABLE = [
	{
		name: "model",
		value: "FILE.gguf",
		describe: "model: a file, hf:USER/REPO[:QUANT] or https://...gguf; without it a demo model",
	},
	{
		name: "in",
		value: "FILE",
		describe: "requests: batch lines, JSON, text, CSV, Parquet, also .gz and .zst, or -; else built-in ones",
	},
	{ name: "prompts", value: "FILE", describe: "the same as --in" },
	{
		name: "requests",
		value: "N",
		describe: "run N requests, going round the prompts; without it each prompt once",
	},
	{ name: "inflight", value: "K", describe: "requests that a rank runs at the same time (4)" },
	{
		name: "in-format",
		value: "FORMAT",
		describe: "jsonl, json, text, csv, tsv or parquet (by the file's name, else by what is in it)",
	},
	{ name: "prompt-field", value: "NAME", describe: "the column or key that is the prompt (prompt)" },
	{ name: "prompt-template", value: "TEXT", describe: "the prompt made of columns: 'Translate: {text}'" },
	{ name: "keep-fields", value: "NAME,...", describe: "columns or keys that the answers repeat, besides id" },
	{ name: "system", value: "TEXT|@FILE", describe: "the system message of plain prompts" },
	{ name: "raw", describe: "continue plain prompts as they are, without the model's chat template" },
	{
		name: "ignore-unknown",
		describe: "leave out fields that are not known, and count them, instead of failing",
	},
	{
		name: "max-tokens",
		value: "N",
		describe:
			"most tokens of an answer whose request does not say (the rest of the context; built-in prompts: 64)",
	},
	{
		name: "temperature",
		value: "T",
		describe: "0 is greedy; of requests that do not say, as the next three (0.8)",
	},
	{ name: "top-p", value: "P", describe: "only the likeliest tokens with this probability together (0.95)" },
	{ name: "top-k", value: "K", describe: "only the K likeliest tokens; 0 is all (40)" },
	{ name: "min-p", value: "P", describe: "only tokens this likely, against the likeliest (0.05)" },
	{ name: "seed", value: "N", describe: "request i samples with seed N + i (1)" },
	{
		name: "ctx-size",
		value: "N",
		describe: "tokens of context for each request (the model's, at most 4096)",
	},
	{
		name: "engine",
		value: "KIND",
		describe: "node-llama-cpp, llama-server, endpoint, or auto: llama-server where one is found (auto)",
	},
	{
		name: "llama-server",
		value: "PATH",
		describe: "llama-server to run (LLAMA_SERVER, PATH, or the one that was built)",
	},
	{
		name: "engine-args",
		dashesInValue: true,
		value: "ARGS",
		describe: "more arguments for llama-server, quoted as for a shell",
	},
	{
		name: "endpoint",
		value: "URL,...",
		describe: "servers that run already, with llama.cpp's or OpenAI's API; rank r uses r mod n",
	},
	{
		name: "api-key-file",
		value: "FILE",
		describe: "API key of the endpoints (LLAMA_API_KEY, else OPENAI_API_KEY)",
	},
	{ name: "request-timeout", value: "SECONDS", describe: "most time that a request may take (no limit)" },
	{
		name: "gpu",
		value: "auto|cuda|cpu",
		describe: "auto takes CUDA where it works; cuda fails without it (auto)",
	},
	{ name: "gpu-layers", value: "auto|max|N", describe: "layers on the GPU (auto)" },
	{
		name: "threads",
		value: "N",
		describe: "processor threads per rank (the host's cores shared out between its ranks)",
	},
	{ name: "warmup", value: "N", describe: "requests per rank that are run first and not counted (0)" },
	{
		name: "policy",
		value: POLICIES.join("|"),
		describe: "who runs what: whoever has room; dealt in turn; like beginnings together (dynamic)",
	},
	{ name: "out", value: "FILE", describe: "write the answers as JSONL, each as it comes" },
	{ name: "resume", describe: "go on with the answers that --out has: only what is not answered is run" },
	{ name: "retry-failed", describe: "as --resume, and run again what failed" },
	{ name: "ordered", describe: "put a batch's answers in order at the end; plain prompts' always are" },
	{
		name: "max-restarts",
		value: "N",
		describe: "starts of a dead engine in a row, before it is given up (3)",
	},
	{ name: "json", value: "FILE", describe: "write the report as JSON" },
	{ name: "md", value: "FILE", describe: "write the report as Markdown" },
	{
		name: "html",
		value: "FILE",
		describe: "write the report as a page with its curves, to be opened without network",
	},
	{ name: "trace", value: "FILE", describe: "write the requests' times as a Chrome trace (Perfetto)" },
	{
		name: "rate",
		value: "R",
		describe: "R requests per second on all ranks together, ready or not (open loop)",
	},
	{
		name: "burstiness",
		value: "B",
		describe: "with --rate: 1 is Poisson, less comes in bursts, more evenly, inf exactly (1)",
	},
	{ name: "measure-cache", describe: "first measure TTFT with a cold and with a warm prompt cache" },
	{
		name: "sweep",
		value: "NAME=A,B,...",
		describe: "run once for each inflight, np, gpu-layers or model, and compare",
	},
	{
		name: "slo",
		value: "ttft=MS,...",
		describe: "limits (ttft, tpot, e2e) that share=99 % of the requests must keep",
	},
	{
		name: "min-success",
		value: "PERCENT",
		describe: "requests that must succeed, or the exit code is 1 (100)",
	},
	{
		name: "metrics-port",
		value: "PORT",
		describe: "serve metrics for Prometheus on rank 0 while the job runs; 0 is a free port",
	},
	{ name: "metrics-host", value: "ADDRESS", describe: "the address for that (127.0.0.1)" },
	{ name: "print", describe: "print each answer as it arrives" },
	{
		name: "help",
		aliases: ["h"],
		endsScan: true,
		describe: "print this; --help report: what the figures of a report mean",
	},
] as const satisfies readonly OptionRow[];

/** A name in the table. */
export type JobOptionName = (typeof OPTION_TABLE)[number]["name"];

/** A mistake on a job's command line: exit code 2. */
export function usageError(message: string): JobError {
	return new JobError(message, 2);
}

/** The error for what the scanner or a reader of values found. */
export function refuse(mistake: Mistake): JobError {
	return usageError(describeMistake(mistake));
}
