import test from "ava";
import { parseFigures } from "../../../../src/llama/engine/http/figures.ts";

test("a page of llama-server's is read by its names and labels", (t) => {
	const page = `# HELP llamacpp:prompt_tokens_total Number of prompt tokens processed.
# TYPE llamacpp:prompt_tokens_total counter
llamacpp:prompt_tokens_total 12
# TYPE llamacpp:prompt_tokens_seconds gauge
llamacpp:prompt_tokens_seconds 251.5
llamacpp:predicted_tokens_seconds nan
llamacpp:spec_decode_num_accepted_tokens_per_pos_total{position="0"} 3
not a line
`;
	t.deepEqual(parseFigures(page), {
		"llamacpp:prompt_tokens_total": 12,
		"llamacpp:prompt_tokens_seconds": 251.5,
		'llamacpp:spec_decode_num_accepted_tokens_per_pos_total{position="0"}': 3,
	});
	t.deepEqual(parseFigures(""), {});
});
