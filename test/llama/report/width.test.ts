import test from "ava";
import { formatReport, mergeStatistics } from "../../../src/llama/index.ts";
import { padded, shortened, widthOf } from "../../../src/llama/report/width.ts";
import { recorded } from "../support/statistics.ts";

test("a text is as wide as a terminal shows it", (t) => {
	t.is(widthOf("abc"), 3);
	t.is(widthOf("模型"), 4);
	t.is(widthOf("e\u0301"), 1);
	t.is(padded("模型", 6, "left"), "模型  ");
	t.is(padded("模型", 6, "right"), "  模型");
	t.is(shortened("模型模型模型", 9), "模型模...");
	t.is(shortened("模型", 4), "模型");
});

test("formatReport() keeps columns aligned behind names of wide characters", (t) => {
	const hosts = ["主机一", "b"];
	const ranks = hosts.map((host, rank) => ({ ...recorded(rank, [{ totalMs: 100 }]), host }));
	const lines = formatReport(mergeStatistics(ranks, { model: "模型" })).split("\n");
	const [first = "", second = ""] = lines.filter((line) => line.includes("cpu: Some CPU"));
	t.is(widthOf(first.slice(0, first.indexOf("cpu:"))), widthOf(second.slice(0, second.indexOf("cpu:"))));
});
