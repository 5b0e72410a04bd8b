import test from "ava";
import { ThinkingFilter, thinkTagsOf } from "../../../src/llama/engine/thinking.ts";

const TAGS = { open: "<think>", close: "</think>" };

/** What a text is parted into, given in pieces of every length. */
function parted(text: string, opened: boolean, size: number) {
	const filter = new ThinkingFilter(TAGS, opened);
	let [reasoning, answer] = ["", ""];
	const add = (piece: { readonly reasoning: string; readonly text: string }) => {
		reasoning += piece.reasoning;
		answer += piece.text;
	};
	for (let at = 0; at < text.length; at += size) add(filter.push(text.slice(at, at + size)));
	add(filter.flush());
	return [reasoning, answer];
}

const CASES: readonly (readonly [string, boolean, string, string])[] = [
	["<think>\nso it is\n</think>\n\nYes.", false, "so it is", "Yes."],
	["\n<think>a</think>b", false, "a", "b"],
	["so it is\n</think>\n\nYes.", true, "so it is", "Yes."],
	["never ends", true, "never ends", ""],
	["<think>never ends </thin", false, "never ends </thin", ""],
	["No thoughts, <think>here</think>", false, "", "No thoughts, <think>here</think>"],
	["<thin air", false, "", "<thin air"],
	["", false, "", ""],
	["</think>\n\nYes.", true, "", "Yes."],
	["a < b </think> c < d </think>", true, "a < b", "c < d </think>"],
];
for (const [text, opened, reasoning, answer] of CASES) {
	test(`thoughts in ${JSON.stringify(text)}${opened ? ", opened by the prompt" : ""}`, (t) => {
		for (let size = 1; size <= Math.max(1, text.length); size++) {
			t.deepEqual(parted(text, opened, size), [reasoning, answer], `in pieces of ${size}`);
		}
	});
}

test("a template tells what its model thinks between", (t) => {
	t.deepEqual(thinkTagsOf("{% if x %}<think>\n{% endif %}"), TAGS);
	t.is(thinkTagsOf("{{ content.split('[/THINK]') }}")?.open, "[THINK]");
	t.is(thinkTagsOf("<|im_start|>"), undefined);
});
