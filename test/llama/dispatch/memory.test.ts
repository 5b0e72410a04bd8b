import { fileURLToPath } from "node:url";
import test from "ava";
import { runNode } from "../../support/run-node.ts";

const BENCH = fileURLToPath(new URL("../../../../bench/dispatch.js", import.meta.url));

test("a file of 60 MB runs in a heap of 48: neither requests nor answers pile up", async (t) => {
	for (const policy of ["dynamic", "prefix"]) {
		const { code, stdout, stderr } = await runNode(["--max-old-space-size=48", BENCH, "80000", policy]);
		t.is(code, 0, stderr);
		t.regex(stdout, /^80000 prompts on 1 ranks \(\w+\): \d+ us per prompt, .*, 0 lost, 0 duplicate\n$/);
	}
});
