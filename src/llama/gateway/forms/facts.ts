import type { GatewayKind } from "../../openai/kind.ts";
import type { Task } from "../../openai/task.ts";

/** What an answer says besides what was generated. */
export interface AnswerFacts {
	readonly kind: GatewayKind;
	/** Tells the answer from others: its `id` is this after "chatcmpl-", "cmpl-" or "resp_". */
	readonly id: string;
	/** Name of the model. */
	readonly model: string;
	/** The model is called so whatever an endpoint calls it. @default false */
	readonly renamed?: boolean | undefined;
	/** When the answer was begun, in seconds since 1970. */
	readonly created: number;
	/** What was asked for. */
	readonly task: Task;
	/** Tells apart what was computed by different programs, models or options. @default left out */
	readonly systemFingerprint?: string | undefined;
	/** See `ParsedGatewayBody.responseFields`. @default all */
	readonly responseFields?: readonly string[] | undefined;
}

/** What a stream says besides. */
export interface StreamFacts extends AnswerFacts {
	/** It ends with its usage. @default false */
	readonly includeUsage?: boolean;
}
