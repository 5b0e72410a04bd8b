/** The types of `tsmpi/llama` as a user sees them. Only the compiler reads this: it runs nowhere. */
import type { Mpi } from "tsmpi";
import { EngineError, JobError, parseOptions } from "tsmpi/llama";

export function options(): void {
	parseOptions(["--policy", "prefix"], "prog.js").policy satisfies "dynamic" | "round-robin" | "prefix";
	// @ts-expect-error Two arguments are needed.
	parseOptions([]);
}

export function errors(error: unknown, mpi: Mpi): void {
	if (error instanceof JobError) error.exitCode satisfies number;
	if (error instanceof EngineError) error.code satisfies string;
	// @ts-expect-error The name of the host is given, not chosen.
	mpi.hostname = "other";
}
