import test from "ava";
import { isRankMessage } from "../../../launch/link/rank-message.ts";

test("isRankMessage() knows what ranks say, and nothing else", (t) => {
	for (const type of ["hello", "abort", "finalize", "blocked", "status", "leaving", "mismatch", "broken"]) {
		t.true(isRankMessage({ type }), type);
	}
	for (const value of [{ type: "start" }, { type: "toString" }, { type: ["hello"] }, {}, null, "hello", 7]) {
		t.false(isRankMessage(value), JSON.stringify(value));
	}
});
