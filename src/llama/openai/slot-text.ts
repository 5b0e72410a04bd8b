import { textOf } from "../engine/http/server-slot.ts";
import { promptsFor, type Task } from "./task.ts";

/**
 * What a slot of an engine holds once it has read a task, up to the answer: what the next turn of a conversation begins
 * with. Of several prompts the last one; "" for an embedding, which leaves no memory.
 */
export function slotTextOf(task: Task): string {
	if (task.kind === "embed") return "";
	const prompt = promptsFor(task, {}).at(-1);
	return (prompt === undefined ? "" : textOf(prompt)) + (task.resume?.text ?? "");
}
