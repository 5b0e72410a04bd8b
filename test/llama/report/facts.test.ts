import { readFileSync } from "node:fs";
import test from "ava";
import {
	formatReport,
	jsonReport,
	mergeStatistics,
	type ReportContext,
	type SamplingFacts,
} from "../../../src/llama/index.ts";
import { DEFINITIONS } from "../../../src/llama/measure/definitions.ts";
import { recorded } from "../support/statistics.ts";

const SAMPLING = {
	...{ temperature: 0.8, top_p: 0.95, top_k: 40, min_p: 0.05 },
	...{ seed: 1, max_tokens: 64 },
};
const RUN = {
	date: "2026-11-26T10:00:00.000Z",
	command: "tsmpirun -np 2 tsmpi-batch --in a.jsonl",
	versions: { tsmpi: "0.1.0", node: "v20.20.2" },
	sampling: SAMPLING,
	policy: "dynamic",
};

/** A report of a rank with two requests. */
function reportOf(context: ReportContext, cut = { texts: 2, maxTokens: 0, context: 0 }, engine = {}) {
	const statistics = recorded(0, [{ totalMs: 100 }, { totalMs: 100 }], { engine });
	return mergeStatistics([{ ...statistics, cut }], { model: "m", ...context });
}

test("a report says when and how it was run, by which versions, and what requests were sampled with", (t) => {
	const report = reportOf({ run: RUN, ignored: [{ field: "verbosity", count: 812 }] });
	const text = formatReport(report);
	for (const line of [
		"ignored    verbosity in 812 requests",
		"sampling   temperature 0.8, top_p 0.95, top_k 40, min_p 0.05, seed 1, max_tokens 64",
		"policy     dynamic",
		"started    2026-11-26T10:00:00.000Z by tsmpi 0.1.0 on Node.js v20.20.2",
		"command    tsmpirun -np 2 tsmpi-batch --in a.jsonl",
	]) {
		t.true(text.includes(`${line}\n`), `${line}\n\n${text}`);
	}
	t.like(jsonReport(report), {
		...RUN,
		...{ schema_version: 2, backend: "node-llama-cpp", max_concurrency: 4 },
		ignored: [{ field: "verbosity", count: 812 }],
	});
	// Once is enough: --help report has them.
	t.false(text.includes("request start to last token"));
});

test("what an endpoint samples with is its own, as far as nobody says otherwise", (t) => {
	const own: SamplingFacts = {
		...{ temperature: null, top_p: null, top_k: null, min_p: null },
		...{ seed: 1, max_tokens: null },
	};
	const textOf = (sampling: SamplingFacts, kind: string) =>
		/^sampling +(.*)$/m.exec(formatReport(reportOf({ run: { ...RUN, sampling } }, undefined, { kind })))?.[1];
	t.is(textOf(own, "endpoint"), "seed 1, else the endpoint's own");
	t.is(textOf({ ...own, temperature: 0.3 }, "endpoint"), "temperature 0.3, seed 1, else the endpoint's own");
	t.is(
		textOf({ ...SAMPLING, max_tokens: null }, "llama-server"),
		"temperature 0.8, top_p 0.95, top_k 40, min_p 0.05, seed 1, max_tokens the rest of the context",
	);
});

test("a report counts answers that a limit cut, and says which", (t) => {
	const cutOf = (cut: { texts: number; maxTokens: number; context: number }, context: ReportContext = {}) =>
		/^cut +(.*)$/m.exec(formatReport(reportOf(context, cut)))?.[1];
	t.is(
		cutOf({ texts: 100, maxTokens: 37, context: 2 }, { run: RUN }),
		"37 of 100 answers at their token limit (--max-tokens 64), 2 at the end of the context",
	);
	t.is(cutOf({ texts: 100, maxTokens: 37, context: 0 }), "37 of 100 answers at their token limit");
	t.is(cutOf({ texts: 1, maxTokens: 0, context: 1 }), "1 of 1 answer at the end of the context");
	t.is(cutOf({ texts: 100, maxTokens: 0, context: 0 }), undefined);
});

test("a report of a job that was interrupted says so, and whether it can be gone on with", (t) => {
	const endOf = (context: ReportContext) => /^ended +(.*)$/m.exec(formatReport(reportOf(context)))?.[1];
	t.is(
		endOf({ interrupted: "SIGINT", resumable: true }),
		"by SIGINT: these are the requests that had ended; --resume goes on with the others",
	);
	t.is(
		endOf({ interrupted: "SIGTERM", resumable: false }),
		"by SIGTERM: these are the requests that had ended",
	);
	t.is(endOf({ resumable: true }), undefined);
});

test("docs/report.md has every figure that --help report defines", (t) => {
	const page = readFileSync(new URL("../../../../docs/report.md", import.meta.url), "utf8");
	const table = /^\| figure \| meaning \|\n([\s\S]*?)\n\n/m.exec(page)?.[1] ?? "";
	const rows = table.split("\n").slice(1);
	t.deepEqual(
		rows.map((row) => /^\| (.*?) \| (.*) \|$/.exec(row)?.slice(1)),
		Object.entries(DEFINITIONS).map(([name, text]) => [name, text.replace(/--[\w-]+/g, "`$&`")]),
	);
});
