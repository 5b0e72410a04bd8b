import { BadRequest, show } from "../../openai/bad-request.ts";
import type { LineRecord } from "./record.ts";

const LARGEST = 1000;

/** @throws {BadRequest} if it is none. */
export function priorityOf({ priority }: LineRecord): number {
	if (priority === undefined || priority === null) return 0;
	if (Number.isInteger(priority) && Math.abs(priority as number) <= LARGEST) return priority as number;
	throw new BadRequest(
		"invalid_request",
		`"priority" is ${show(priority)}: it takes a whole number from -${LARGEST} to ${LARGEST}`,
		"priority",
	);
}
