/** The types of `tsmpi/llama` as a user sees them. Only the compiler reads this: it runs nowhere. */
import { type Mpi, TsmpiError } from "tsmpi";
import {
	type Engine,
	EngineError,
	type EngineErrorCode,
	JobError,
	openBatch,
	parseOptions,
	runBatch,
	startEngines,
} from "tsmpi/llama";

export async function engines(mpi: Mpi): Promise<void> {
	(await startEngines(mpi)) satisfies Engine;
	(await startEngines(mpi, { model: "m.gguf" })) satisfies Engine;
	await startEngines(mpi, { model: "m.gguf", gpu: "cuda", slots: 8 });
	// @ts-expect-error The option is called model.
	await startEngines(mpi, { modle: "m.gguf" });
	// @ts-expect-error A device is one of three words.
	await startEngines(mpi, { gpu: "amd" });
	// @ts-expect-error Engines belong to a job.
	await startEngines({ model: "m.gguf" });
}

export async function batches(mpi: Mpi, engine: Engine): Promise<void> {
	const batch = await openBatch(mpi, { in: "a.jsonl", out: "b.jsonl" });
	const outcome = await runBatch(mpi, engine, batch);
	outcome satisfies object | undefined;
	await openBatch(mpi);
	// @ts-expect-error The options are called in and out.
	await openBatch(mpi, { prompts: "a.jsonl" });
	// @ts-expect-error A batch runs on an engine.
	await runBatch(mpi, batch);
}

export function commandLine(): void {
	parseOptions(["--policy", "prefix"], "prog.js").policy satisfies "dynamic" | "round-robin" | "prefix";
	// @ts-expect-error The help names the program.
	parseOptions([]);
}

export function errors(error: unknown, mpi: Mpi): void {
	if (error instanceof JobError) {
		error satisfies TsmpiError;
		error.exitCode satisfies number;
	}
	if (error instanceof EngineError) error.code satisfies EngineErrorCode;
	if (error instanceof TsmpiError) error.code satisfies string;
	// @ts-expect-error The name of the host is given, not chosen.
	mpi.hostname = "other";
}
