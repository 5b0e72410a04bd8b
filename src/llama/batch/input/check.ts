import { JobError } from "../../errors.ts";
import { type BadLine, type BatchRequest, isRequest } from "../files/request.ts";
import { beginningOf } from "../parse/place.ts";

/** What is looked at. */
export interface CheckOptions {
	/** How errors call the file. */
	readonly path: string;
	/** What its items are called. */
	readonly unit: string;
	/** Whoever fills it may take its time: only what has come is looked at. */
	readonly isPipe: boolean;
}

/** Lines that are looked at before anything is started. */
export const LOOK_LINES = 1000;
const MOST_KINDS = 3;

/**
 * Looks at the first lines, before anything is started for them.
 *
 * @throws {JobError} if there are none, or not one of them can be run.
 */
export async function checkBeginning(
	entries: AsyncIterable<readonly { readonly request: BatchRequest | BadLine }[]>,
	{ path, unit, isPipe }: CheckOptions,
): Promise<void> {
	const bad: BadLine[] = [];
	let ended = true;
	for await (const portion of entries) {
		for (const { request } of portion) {
			if (isRequest(request)) return;
			bad.push(request);
		}
		ended = !isPipe && bad.length < LOOK_LINES;
		if (!ended) break;
	}
	if (!ended && bad.length < LOOK_LINES) return;
	const beginning = `Cannot use the prompts in ${path}:`;
	if (bad.length === 0) throw new JobError(`${beginning} the file has none`);
	const which = ended
		? `its ${bad.length} ${unit}${bad.length === 1 ? "" : "s"}`
		: `its first ${bad.length} ${unit}s`;
	throw new JobError(`${beginning} not one of ${which} can be run: ${kindsOf(bad, { path, unit })}`);
}

/** The kinds of problems in one line, each with its first example. */
function kindsOf(lines: readonly BadLine[], file: Pick<CheckOptions, "path" | "unit">): string {
	const kinds = new Map<string, { readonly first: BadLine; count: number }>();
	for (const line of lines) {
		const key = `${line.code} ${line.param ?? ""}`;
		const known = kinds.get(key);
		if (known === undefined) kinds.set(key, { first: line, count: 1 });
		else known.count += 1;
	}
	const sorted = [...kinds.values()].sort((a, b) => b.count - a.count);
	const shown = sorted.slice(0, MOST_KINDS).map(({ first: { code, number, message }, count }) => {
		const reason = message.slice(beginningOf({ ...file, number }).length);
		return `${count} x ${code}, first in ${file.unit} ${number}: ${reason}`;
	});
	const more = sorted.length - shown.length;
	return `${shown.join("; ")}${more > 0 ? `; and ${more} other kinds` : ""}`;
}
