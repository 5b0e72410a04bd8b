import { unknownKey } from "../../base/check-options.ts";
import { ArgumentError } from "../../base/errors.ts";
import { isOperator } from "../../collectives/operators.ts";
import { show } from "./arguments.ts";

/** What the options object of an operation may hold. */
interface OptionRule {
	/** The operation as error messages name it. */
	readonly action: string;
	/** Options that a call could have, for error messages. */
	readonly example: string;
	readonly keys: ReadonlySet<string>;
}

function rule(action: string, example: string, ...keys: readonly string[]): OptionRule {
	return { action, example, keys: new Set([...keys, "signal"]) };
}

/** Every operation that takes options. */
const RULES = {
	send: rule("send", "{ dest: 1 }", "dest", "tag"),
	ssend: rule("send", "{ dest: 1 }", "dest", "tag"),
	recv: rule("receive", "{ source: 1 }", "source", "tag"),
	recvInto: rule("receive", "{ source: 1 }", "source", "tag"),
	mprobe: rule("probe", "{ source: 1 }", "source", "tag"),
	iprobe: rule("probe", "{ source: 1 }", "source", "tag"),
	sendrecv: rule("sendrecv", "{ dest: 1 }", "dest", "sendTag", "source", "recvTag"),
	barrier: rule("barrier", "{ signal }"),
	bcast: rule("bcast", "{ root: 1 }", "root"),
	scatter: rule("scatter", "{ root: 1 }", "root"),
	gather: rule("gather", "{ root: 1 }", "root"),
	allgather: rule("allgather", "{ signal }"),
	alltoall: rule("alltoall", "{ signal }"),
	reduce: rule("reduce", "{ op: SUM }", "op", "root"),
	allreduce: rule("allreduce", "{ op: SUM }", "op"),
	reduceScatter: rule("reduceScatter", "{ op: SUM }", "op"),
	scan: rule("scan", "{ op: SUM }", "op"),
	exscan: rule("exscan", "{ op: SUM }", "op"),
	scatterv: rule("scatterv", "{ counts: [2, 1] }", "counts", "displs", "root"),
	gatherv: rule("gatherv", "{ root: 1 }", "counts", "displs", "root"),
	allgatherv: rule("allgatherv", "{ counts: [2, 1] }", "counts", "displs"),
	alltoallv: rule(
		"alltoallv",
		"{ sendCounts: [2, 1] }",
		"sendCounts",
		"sendDispls",
		"recvCounts",
		"recvDispls",
	),
	dup: rule("dup", "{ signal }"),
	split: rule("split", "{ color: 1 }", "color", "key"),
	splitShared: rule("splitShared", "{ signal }"),
	create: rule("create", "{ signal }"),
	cart: rule("make a grid", "{ dims: [2, 2] }", "dims", "periods"),
} satisfies Record<string, OptionRule>;

/** An operation that takes options. */
export type OperationName = keyof typeof RULES;

/**
 * Checks the options object itself: `send(value, 1)` and `recv({ src: 0 })` are likely slips, and in plain JavaScript
 * nobody else notices. Values other than the signal are checked by the operation.
 *
 * @throws {ArgumentError} ERR_ARG.
 */
export function checkOptions(operation: OperationName, options: unknown): void {
	const { keys, action, example } = RULES[operation];
	if (typeof options !== "object" || options === null || Array.isArray(options)) {
		throw new ArgumentError(
			"ERR_ARG",
			`Cannot ${operation} with options ${show(options)}: an object is needed, such as ${example}`,
		);
	}
	for (const key in options) {
		if (keys.has(key)) continue;
		// `reduce(value, SUM)`: the reduction itself says how an operator is passed.
		if (isOperator(options)) return;
		throw new ArgumentError("ERR_ARG", `Cannot ${action}: ${unknownKey(options, [...keys])}`);
	}
	const { signal } = options as { readonly signal?: unknown };
	if (signal === undefined || signal instanceof AbortSignal) return;
	throw new ArgumentError(
		"ERR_ARG",
		`Cannot ${operation} with signal ${show(signal)}: an AbortSignal is needed`,
	);
}
