import test from "ava";
import { isRankMessage } from "../../../launch/link/rank-message.ts";

test("isRankMessage() knows what ranks say, and nothing else", (t) => {
	const types = ["hello", "abort", "finalize", "grace", "blocked", "status", "leaving", "mismatch", "broken"];
	for (const type of types) t.true(isRankMessage({ type }), type);
	for (const value of [{ type: "start" }, { type: "toString" }, { type: ["hello"] }, {}, null, "hello", 7]) {
		t.false(isRankMessage(value), JSON.stringify(value));
	}
});
