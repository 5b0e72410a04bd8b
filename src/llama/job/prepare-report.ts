import { open } from "node:fs/promises";
import type { Mpi } from "../../index.ts";
import { cannotWrite } from "../batch/journal.ts";
import type { ReportFiles } from "../report/outputs.ts";
import { atRoot } from "./together.ts";

/**
 * Sees to it on rank 0 that the files of the report can be written, before any time is spent. Collective.
 *
 * @throws {JobError} on every rank, naming the file that cannot be written.
 */
export async function prepareReport({ world }: Pick<Mpi, "world">, files: ReportFiles): Promise<void> {
	await atRoot(world, async () => {
		for (const path of [files.json, files.md, files.html, files.trace]) {
			if (path === undefined) continue;
			try {
				const file = await open(path, "a");
				await file.close();
			} catch (error) {
				throw cannotWrite(path, error);
			}
		}
	});
}
