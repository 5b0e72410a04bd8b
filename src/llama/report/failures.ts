import type { FailureCount } from "../measure/counts/failure-counts.ts";

/** More would hide the rest of a report; JSON has all. */
const MOST_REASONS = 10;

/** How requests failed, a line for each kind: `50,000 x unsupported_parameter "tools": first at line 1: ...`. */
export function failureLines(errors: readonly FailureCount[]): string[] {
	const hidden = errors.length - MOST_REASONS;
	const more = hidden > 0 ? [`and ${hidden} more ${hidden === 1 ? "reason" : "reasons"}`] : [];
	return [...errors.slice(0, MOST_REASONS).map(failureLine), ...more];
}

function failureLine({ code, param, count, reason, line }: FailureCount): string {
	const field = param === undefined ? "" : ` ${JSON.stringify(param)}`;
	const kind = `${count.toLocaleString("en")} x ${code}${field}`;
	if (line === undefined) return `${kind}: ${reason}`;
	// The reason names its line as well.
	return `${kind}: first at line ${line}: ${reason.replace(/^Cannot run line \d+ of .*?: /, "")}`;
}
