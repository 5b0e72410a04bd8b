import test from "ava";
import { promptTooLong, textTooLong } from "../../../../src/llama/engine/request.ts";
import { errorOf } from "../../../../src/llama/gateway/forms/error.ts";
import { type FailureCode, failureOf } from "../../../../src/llama/openai/failure.ts";

const ROWS: readonly (readonly [FailureCode, number, string])[] = [
	["invalid_request", 400, "invalid_request_error"],
	["unknown_parameter", 400, "invalid_request_error"],
	["unsupported_parameter", 400, "invalid_request_error"],
	["prompt", 400, "invalid_request_error"],
	["model_not_found", 404, "not_found_error"],
	["queue_full", 429, "rate_limit_error"],
	["deadline_exceeded", 504, "timeout_error"],
	["timeout", 504, "timeout_error"],
	["engine_died", 502, "server_error"],
	["endpoint", 502, "server_error"],
	["interrupted", 502, "server_error"],
	["draining", 503, "unavailable_error"],
	["no_engine", 503, "unavailable_error"],
	["engine_closed", 503, "unavailable_error"],
	["generate", 500, "server_error"],
	["engine_error", 500, "server_error"],
];
for (const [code, status, type] of ROWS) {
	test(`"${code}" is a ${status} of type ${type}`, (t) => {
		t.deepEqual(errorOf({ code, message: "m" }), {
			status,
			body: { error: { message: "m", type, param: null, code } },
		});
	});
}

test("the field that is to blame is named", (t) => {
	t.is(errorOf({ code: "invalid_request", message: "m", param: "top_p" }).body.error.param, "top_p");
});

test("a prompt that is too long has llama.cpp's type and numbers and OpenAI's code", (t) => {
	for (const error of [promptTooLong(300, 256), textTooLong(300, 256)]) {
		const { status, body } = errorOf(failureOf(error));
		t.is(status, 400);
		t.like(body.error, {
			type: "exceed_context_size_error",
			code: "context_length_exceeded",
			n_prompt_tokens: 300,
			n_ctx: 256,
		});
	}
	t.deepEqual(errorOf({ code: "prompt_too_long", message: "The server says so" }).body.error, {
		...{ message: "The server says so", type: "exceed_context_size_error" },
		...{ param: null, code: "context_length_exceeded" },
	});
});
