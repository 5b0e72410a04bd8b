import type { Message } from "../index.ts";
import { answerTag, type Channels, ROOT, readOrderTag, STOP } from "./channels.ts";
import { serializeError } from "./serialized-error.ts";

/** A task of the table, as the pool calls it. */
export type Task = (argument: unknown) => unknown;

/** Runs the tasks that rank 0 orders, until it orders to stop. */
export async function work({ orders, answers }: Channels, tasks: readonly Task[]): Promise<void> {
	const perform = async (order: Message) => {
		const { task, slot } = readOrderTag(order.tag, tasks.length);
		const answer = (value: unknown, failed: boolean) =>
			answers.send(value, { dest: ROOT, tag: answerTag(slot, failed) });
		try {
			const run = tasks[task] as Task;
			await answer(await run(await order.recv()), false);
		} catch (error) {
			// Also for a result that cannot be sent. When rank 0 is gone, `mprobe` below rejects.
			await answer(serializeError(error), true).catch(() => undefined);
		}
	};
	for (;;) {
		const order = await orders.mprobe({ source: ROOT });
		if (order.tag === STOP) {
			await order.recv();
			return;
		}
		// Not awaited: rank 0 knows how many tasks may run here at the same time.
		void perform(order);
	}
}
