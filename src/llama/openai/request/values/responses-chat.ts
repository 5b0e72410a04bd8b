/** A body of `/v1/responses` in the words of a chat. */

import { BadRequest, show } from "../../bad-request.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The messages that `instructions` and `input` say. */
export function messagesOf(input: unknown, instructions: unknown): readonly unknown[] {
	const before = typeof instructions === "string" ? [{ role: "system", content: instructions }] : [];
	if (typeof input === "string") return [...before, { role: "user", content: input }];
	if (!Array.isArray(input) || input.length === 0) {
		const problem =
			input == null ? 'the body has no "input"' : `"input" is ${show(input)}: it takes a text or a list`;
		throw new BadRequest("invalid_request", problem, "input");
	}
	const messages: { role?: unknown; tool_calls?: unknown[] }[] = [...before];
	for (const [index, item] of input.entries()) {
		const message = messageOf(item, index);
		const last = messages.at(-1);
		// Calls that came in one turn are items of their own here.
		if (message.tool_calls !== undefined && last?.role === "assistant") {
			messages[messages.length - 1] = {
				...last,
				tool_calls: [...(last.tool_calls ?? []), ...(message.tool_calls as unknown[])],
			};
		} else messages.push(message);
	}
	return messages;
}

function messageOf(item: Fields | null, index: number): Record<string, unknown> & { tool_calls?: unknown[] } {
	const type = item?.type ?? "message";
	if (type === "function_call") {
		const { call_id: id, name, arguments: text } = item ?? {};
		return {
			...{ role: "assistant", content: null },
			tool_calls: [{ id, type: "function", function: { name, arguments: text } }],
		};
	}
	if (type === "function_call_output") {
		const { call_id: id, output } = item ?? {};
		return { role: "tool", tool_call_id: id, content: contentOf(output, index) };
	}
	if (type !== "message") {
		const text = `item ${index + 1} of "input" is of type ${show(type)}: only message, function_call and function_call_output`;
		throw new BadRequest("unsupported_parameter", text, `input[${index}]`);
	}
	// These two say how an answer that comes back was made.
	const { type: _, id: __, status: ___, content, ...rest } = item ?? {};
	return { ...rest, content: contentOf(content, index) };
}

function contentOf(content: unknown, index: number): unknown {
	if (!Array.isArray(content)) return content;
	return content.map((part: Fields | null) => {
		switch (part?.type) {
			case "input_text":
			case "output_text":
			case "text":
				return { type: "text", text: part.text };
			case "input_image": {
				const { image_url: url, detail } = part;
				return { type: "image_url", image_url: { url, ...(detail == null ? {} : { detail }) } };
			}
			default: {
				const text = `item ${index + 1} of "input" has a part of type ${show(part?.type)}: only input_text, output_text and input_image`;
				throw new BadRequest("unsupported_parameter", text, `input[${index}].content`);
			}
		}
	});
}

/** `text.format` as a `response_format`. */
export function formatOf(format: unknown): unknown {
	if (typeof format !== "object" || format === null) return format;
	const { type, ...schema } = format as Fields;
	return type === "json_schema" ? { type, json_schema: schema } : format;
}

/** Tools, whose functions stand one level deeper in a chat. */
export function chatTools(tools: unknown): unknown {
	if (!Array.isArray(tools)) return tools;
	return tools.map((tool: Fields | null) => {
		const { type, ...called } = tool ?? {};
		return type === "function" && called.function === undefined ? { type, function: called } : tool;
	});
}

/** The choice of a tool, likewise. */
export function chatToolChoice(choice: unknown): unknown {
	if (typeof choice !== "object" || choice === null) return choice;
	const { type, name } = choice as Fields;
	return typeof name === "string" ? { type, function: { name } } : choice;
}

/** All of a body, for a server that knows chats. */
export function chatBody(body: Fields): Fields {
	const {
		input,
		instructions,
		max_output_tokens: most,
		text,
		reasoning,
		tools,
		tool_choice: choice,
		...rest
	} = body;
	const { include, background: _, truncation: __, ...others } = rest;
	const format = (text as Fields | null | undefined)?.format;
	const effort = (reasoning as Fields | null | undefined)?.effort;
	return {
		...others,
		messages: messagesOf(input, instructions),
		...(most == null ? {} : { max_completion_tokens: most }),
		...(format == null ? {} : { response_format: formatOf(format) }),
		...(effort == null ? {} : { reasoning_effort: effort }),
		...(tools == null ? {} : { tools: chatTools(tools) }),
		...(choice == null ? {} : { tool_choice: chatToolChoice(choice) }),
		...(Array.isArray(include) && include.length > 0 ? { logprobs: true } : {}),
	};
}
