/** How a request failed, as an output line or an HTTP answer names it. */
export type FailureCode =
	/** The line is not valid JSON. */
	| "invalid_json"
	/** A field of the request is missing or has a value that it cannot have. */
	| "invalid_request"
	/** A batch line's `custom_id` is missing or no text. */
	| "invalid_custom_id"
	/** A batch line's `method` is not POST. */
	| "invalid_method"
	/** A batch line's `url` is none that can be answered. */
	| "invalid_url"
	/** An earlier line has the same `custom_id`. */
	| "duplicate_custom_id"
	/** `stream` was asked for where an answer cannot come in pieces. */
	| "stream_not_supported"
	/** The request asks for something that no engine here can do. */
	| "unsupported_parameter"
	/** The request has a field that nobody here knows. */
	| "unknown_parameter"
	/** The request names a model that no rank runs. */
	| "model_not_found"
	/** The prompt and one token do not fit the context. */
	| "prompt_too_long"
	/** The prompt is empty, or refused by the model's chat template. */
	| "prompt"
	/** llama.cpp failed while it generated. */
	| "generate"
	/** The request took longer than it may. */
	| "timeout"
	/** The server behind the engine cannot be reached, or answered with an error. */
	| "endpoint"
	/** Two engines died of this request, the second while it ran alone. */
	| "engine_died"
	/** The engine was closed. */
	| "engine_closed"
	/** The engine's program is not installed. */
	| "engine_missing"
	/** The engine could not load its model. */
	| "engine_load"
	/** The model file is missing or damaged. */
	| "model"
	/** The device that was asked for is not there. */
	| "device"
	/** Every engine is gone for good. */
	| "no_engine"
	/** Its engine or rank died after pieces of its text had been passed on. */
	| "interrupted"
	/** Too many requests wait already. */
	| "queue_full"
	/** The time that its client gave it is over, or would be before an engine is free. */
	| "deadline_exceeded"
	/** The server is shutting down. */
	| "draining"
	/** It was cancelled by whoever submitted it. */
	| "cancelled"
	/** Anything else that an engine threw. */
	| "engine_error";
