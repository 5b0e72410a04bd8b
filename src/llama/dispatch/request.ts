import type { Task } from "../openai/task.ts";
import type { Item } from "../schedule/item.ts";

/** What a dispatcher needs to know of a request: what to do, and by what the schedule weighs it. */
export interface Request extends Item {
	/** What an engine is to do. */
	readonly task: Task;
}
