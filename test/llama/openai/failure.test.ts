import test from "ava";
import { BadRequest, show } from "../../../src/llama/openai/bad-request.ts";
import { errorBody, failureOf, statusOf } from "../../../src/llama/openai/failure.ts";

test("errorBody() is OpenAI's form: the status decides the type, param names the field", (t) => {
	const failure = failureOf(new BadRequest("unknown_parameter", "no such field", "temprature"));
	t.deepEqual(errorBody(failure), {
		error: {
			message: "no such field",
			type: "invalid_request_error",
			param: "temprature",
			code: "unknown_parameter",
		},
	});
	t.is(statusOf(failure.code), 400);
	t.deepEqual(errorBody({ code: "engine_died", message: "m" }).error.type, "server_error");
	t.is(errorBody({ code: "timeout", message: "m" }).error.param, null);
	t.deepEqual(
		(["prompt_too_long", "model_not_found", "timeout", "no_engine", "generate"] as const).map(statusOf),
		[400, 404, 504, 503, 500],
	);
});

test("show() survives a value that JSON cannot write", (t) => {
	let deep: unknown = 1;
	for (let depth = 0; depth < 100_000; depth++) deep = [deep];
	t.is(show(deep), "a list");
});
