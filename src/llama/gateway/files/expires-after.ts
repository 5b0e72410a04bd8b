import { BadRequest, show } from "../../openai/bad-request.ts";

/** OpenAI's bounds: an hour and 30 days. */
const [LEAST, MOST] = [3600, 2_592_000];

/**
 * For how long a file is to be kept.
 *
 * @throws {BadRequest} it is not in OpenAI's form, or too short or long.
 */
export function keptSeconds(value: unknown, param: string): number {
	const { anchor, seconds } = (typeof value === "object" && value !== null ? value : {}) as {
		readonly anchor?: unknown;
		readonly seconds?: unknown;
	};
	const whole = typeof seconds === "number" && Number.isInteger(seconds) ? seconds : Number.NaN;
	if (anchor === "created_at" && whole >= LEAST && whole <= MOST) return whole;
	const takes = `{"anchor": "created_at", "seconds": ${LEAST} to ${MOST}}`;
	throw new BadRequest("invalid_request", `"${param}" is ${show(value)}: it takes ${takes}`, param);
}
