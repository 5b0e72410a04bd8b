import { describeValue } from "../base/check-options.ts";
import { ArgumentError } from "../base/errors.ts";
import type { Control } from "./control.ts";

/** A day: who needs longer to finish than that waits for something else. */
const MOST_SECONDS = 86_400;
/** Anything that Node waits for. */
const LONG_MS = 60_000;

/** Throws ArgumentError unless these are seconds that a job may ask for. */
export function checkGrace(seconds: unknown): asserts seconds is number {
	if (typeof seconds === "number" && seconds > 0 && seconds <= MOST_SECONDS) return;
	throw new ArgumentError(
		"ERR_ARG",
		`Cannot ask for a grace time of ${describeValue(seconds)}: a number of seconds above 0, at most ${MOST_SECONDS}, is needed`,
	);
}

/** What a rank asks its launcher for: time to finish after a signal. */
export class Grace {
	/** The launcher answers in the order of the questions. */
	readonly #asked: (() => void)[] = [];

	/** Resolves once the launcher knows. */
	async ask(control: Control, seconds: number): Promise<void> {
		// The connection alone does not keep the program alive until the answer is there.
		const alive = setInterval(() => undefined, LONG_MS);
		const noted = new Promise<void>((resolve) => this.#asked.push(resolve));
		control.send({ type: "grace", seconds });
		await noted;
		clearInterval(alive);
	}

	/** The launcher's answer has come. */
	noted(): void {
		this.#asked.shift()?.();
	}
}
