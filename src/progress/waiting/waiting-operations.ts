import type { PendingOperation } from "../../control/messages.ts";
import { callerOf } from "./caller.ts";
import type { Wait } from "./wait.ts";

/** An operation in progress, kept so that it can be reported. */
export interface WaitingOperation {
	readonly operation: string;
	readonly communicator: string;
	/** World ranks that could complete it, empty for any. */
	readonly peers: readonly number[];
	readonly tag?: number | undefined;
	/** It may also end by itself: an AbortSignal is attached. */
	readonly abortable: boolean;
	/** What is missing, in words. */
	readonly detail?: string;
	readonly wait: Pick<Wait<unknown>, "locate" | "stack">;
	readonly since: number;
}

/** Beyond so many, operations that differ only by tag and detail are reported as one. */
const MANY = 100;

/** The operations that this rank waits in. */
export class WaitingOperations {
	readonly #operations = new Set<WaitingOperation>();
	readonly #onChange: (waiting: boolean) => void;
	readonly #idle: (() => void)[] = [];

	constructor(onChange: (waiting: boolean) => void) {
		this.#onChange = onChange;
	}

	get size(): number {
		return this.#operations.size;
	}

	begin(operation: WaitingOperation): void {
		this.#operations.add(operation);
		if (this.#operations.size === 1) this.#onChange(true);
	}

	end(operation: WaitingOperation): void {
		if (!this.#operations.delete(operation) || this.#operations.size > 0) return;
		this.#onChange(false);
		for (const resolve of this.#idle.splice(0)) resolve();
	}

	/** Resolves once nothing waits. */
	async drained(): Promise<void> {
		while (this.#operations.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
	}

	/** Whether one of them may end without any message. */
	get abortable(): boolean {
		for (const operation of this.#operations) if (operation.abortable) return true;
		return false;
	}

	/** What it waits in, with the lines of the callers that await it: of those that are alike, the oldest. */
	async located(): Promise<PendingOperation[]> {
		for (const [{ wait }] of this.#groups()) wait.locate();
		// Each runs, and notes who awaits it, before this function goes on.
		await undefined;
		return this.report();
	}

	/** The same, with the callers' lines only as far as they are known already. */
	report(): PendingOperation[] {
		const now = performance.now();
		return this.#groups().map(([pending, others]) => {
			const at = callerOf(pending.wait.stack);
			const details = [pending.detail, others === 0 ? undefined : `and ${others} more like it`];
			const detail = details.filter((text) => text !== undefined).join(", ");
			return {
				operation: pending.operation,
				peers: [...new Set(pending.peers)],
				...(pending.tag === undefined ? {} : { tag: pending.tag }),
				communicator: pending.communicator,
				sinceMs: Math.round(now - pending.since),
				...(at === undefined ? {} : { at }),
				...(detail === "" ? {} : { detail }),
			};
		});
	}

	/** The oldest of each kind, and how many more there are: a hundred thousand sends may wait for one receiver. */
	#groups(): [oldest: WaitingOperation, others: number][] {
		const groups = new Map<string, [oldest: WaitingOperation, others: number]>();
		for (const pending of this.#operations) {
			const { operation, communicator, peers, tag, detail } = pending;
			// Who is waited for is never left out: the circle is found by it.
			const which = groups.size < MANY ? `${tag} ${detail}` : "";
			const key = `${operation} ${communicator} ${peers} ${which}`;
			const group = groups.get(key);
			if (group === undefined) groups.set(key, [pending, 0]);
			else group[1]++;
		}
		return [...groups.values()];
	}
}
