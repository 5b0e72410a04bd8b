import test from "ava";
import { endingText } from "../../../src/base/process/ending.ts";
import { tellingLine } from "../../../src/base/process/telling-line.ts";

const PATTERNS = [/out of memory/, /error/i];

for (const [log, line] of [
	["loading\n  Error: no such file\nError: out of memory\nbye\n", "Error: out of memory"],
	["loading\n  Error: no such file\n\nbye\n", "Error: no such file"],
	["loading\nbye\n\n", "bye"],
	["\n \n", undefined],
] as const) {
	test(`tellingLine() of ${JSON.stringify(log)}`, (t) => {
		t.is(tellingLine(log, PATTERNS), line);
	});
}

test("endingText() tells the code or the signal, and the last words if there are any", (t) => {
	t.is(endingText({ code: 3, signal: null }), "exited with code 3");
	t.is(
		endingText({ code: null, signal: "SIGKILL" }, "out of memory"),
		"was killed by SIGKILL (out of memory)",
	);
});
