/** OpenAI's states of a batch. */
export type BatchStatus =
	| "validating"
	| "failed"
	| "in_progress"
	| "finalizing"
	| "completed"
	| "expired"
	| "cancelling"
	| "cancelled";

/** OpenAI's object of a batch. */
export interface BatchObject {
	readonly id: string;
	readonly object: "batch";
	readonly endpoint: string;
	errors: { readonly object: "list"; readonly data: readonly BatchError[] } | null;
	readonly input_file_id: string;
	readonly completion_window: string;
	status: BatchStatus;
	output_file_id: string | null;
	error_file_id: string | null;
	readonly created_at: number;
	in_progress_at: number | null;
	readonly expires_at: number;
	finalizing_at: number | null;
	completed_at: number | null;
	failed_at: number | null;
	expired_at: number | null;
	cancelling_at: number | null;
	cancelled_at: number | null;
	request_counts: { total: number; completed: number; failed: number };
	readonly metadata: Readonly<Record<string, string>> | null;
	readonly output_expires_after?: { readonly anchor: "created_at"; readonly seconds: number };
}

/** Why a batch could not be run at all. */
export interface BatchError {
	readonly code: string;
	readonly message: string;
	readonly param: string | null;
	readonly line: number | null;
}

/** What a new batch is made of. */
export interface NewBatch {
	readonly id: string;
	readonly endpoint: string;
	readonly inputFileId: string;
	readonly completionWindow: string;
	readonly windowSeconds: number;
	/** How long its output is kept. @default for ever */
	readonly outputSeconds?: number | undefined;
	readonly metadata: Readonly<Record<string, string>> | null;
}

/** A batch of which nothing has been run. */
export function newBatch({
	id,
	endpoint,
	inputFileId,
	windowSeconds,
	metadata,
	...rest
}: NewBatch): BatchObject {
	const now = nowSeconds();
	const { completionWindow, outputSeconds } = rest;
	return {
		...{ id, object: "batch", endpoint, errors: null, input_file_id: inputFileId },
		...{ completion_window: completionWindow, status: "validating" },
		...{ output_file_id: null, error_file_id: null, created_at: now, in_progress_at: null },
		...{ expires_at: now + windowSeconds, finalizing_at: null, completed_at: null, failed_at: null },
		...{ expired_at: null, cancelling_at: null, cancelled_at: null },
		...{ request_counts: { total: 0, completed: 0, failed: 0 }, metadata },
		...(outputSeconds === undefined
			? {}
			: { output_expires_after: { anchor: "created_at", seconds: outputSeconds } }),
	};
}

/** Whether nothing more will happen to a batch. */
export function isOver({ status }: Pick<BatchObject, "status">): boolean {
	return status === "completed" || status === "failed" || status === "expired" || status === "cancelled";
}

/** Seconds since 1970. */
export function nowSeconds(): number {
	return Math.floor(Date.now() / 1000);
}
