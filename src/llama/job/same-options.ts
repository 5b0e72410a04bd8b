import { describeValue } from "../../base/check-options.ts";
import { checkArgument, listOf, MPI, TEXT } from "../../base/check-types.ts";
import type { Mpi } from "../../index.ts";
import { JobError } from "../errors.ts";
import { OPTION_TABLE, usageError } from "./option-table.ts";
import { type GivenJobOption, type JobOptions, readOptions, scanJob } from "./options.ts";

/** A rank's command line, as it travels: names and values, in the order of the command line. */
type Part =
	| { readonly given: readonly (readonly [name: string, word: string, value: string])[] }
	| { readonly message: string; readonly exitCode: number };

/**
 * Reads the command lines of a job whose programs may have different ones (`tsmpirun ... : ...`). Collective. They count
 * together: an option that one of them leaves out is as another has it. Only `--model` may differ.
 *
 * @param args This rank's command line, without the program.
 * @param program How the help calls the program.
 * @returns the same on every rank, but for `model`.
 * @throws {JobError} on every rank: with exit code 2 for a mistake, also where an option has two values; with exit code 0 and
 *   the text for `--help`.
 */
export async function jobOptions(mpi: Mpi, args: readonly string[], program: string): Promise<JobOptions> {
	checkArgument("read the options of a job", "mpi", mpi, MPI);
	checkArgument("read the options of a job", "args", args, listOf("a list of strings", TEXT));
	checkArgument("read the options of a job", "program", program, TEXT);
	const parts = await mpi.world.allgather<Part>(scanPart(args, program));
	const options = together(parts);
	const models = modelsOf(parts);
	const several = [...new Set(models.filter((model) => model !== undefined))];
	const read = readOptions(options, several.length > 1 ? models[mpi.world.rank] : several[0], several);
	if (several.length > 1) checkModels(read, models);
	return read;
}

function scanPart(args: readonly string[], program: string): Part {
	try {
		return { given: scanJob(args, program).map(({ row, word, value }) => [row.name, word, value]) };
	} catch (error) {
		if (error instanceof JobError) return { message: error.message, exitCode: error.exitCode };
		throw error;
	}
}

/** The options of all ranks, each once. */
function together(parts: readonly Part[]): GivenJobOption[] {
	const found = new Map<string, { readonly rank: number; readonly option: GivenJobOption }>();
	for (const [rank, part] of parts.entries()) {
		if ("message" in part) throw new JobError(`${part.message}${whose(parts, rank)}`, part.exitCode);
		for (const [name, option] of lastOfEach(part.given)) {
			const other = found.get(name);
			if (other === undefined || other.rank === rank) found.set(name, { rank, option });
			else if (other.option.value !== option.value && name !== "model")
				throw differs(name, other, rank, option);
		}
	}
	return [...found.values()].map(({ option }) => option);
}

/** Where a name is there several times, the last one counts. */
function lastOfEach(given: Extract<Part, { given: unknown }>["given"]): Map<string, GivenJobOption> {
	const last = new Map<string, GivenJobOption>();
	for (const [name, word, value] of given) {
		const row = OPTION_TABLE.find((each) => each.name === name);
		if (row !== undefined) last.set(name, { row, word, value });
	}
	return last;
}

function differs(
	name: string,
	first: { readonly rank: number; readonly option: GivenJobOption },
	rank: number,
	{ value }: GivenJobOption,
): JobError {
	const values = `${describeValue(first.option.value)} on rank ${first.rank} and ${describeValue(value)} on rank ${rank}`;
	return usageError(
		`Cannot use --${name} with two values, ${values}: the programs of one job may differ in --model only`,
	);
}

/** Names a rank where others have other command lines. */
function whose(parts: readonly Part[], rank: number): string {
	const own = JSON.stringify(parts[rank]);
	return parts.every((part) => JSON.stringify(part) === own) ? "" : ` (on rank ${rank})`;
}

function modelsOf(parts: readonly Part[]): (string | undefined)[] {
	return parts.map((part) => ("given" in part ? lastOfEach(part.given).get("model")?.value : undefined));
}

/** What does not go with several models. */
function checkModels(options: JobOptions, models: readonly (string | undefined)[]): void {
	const without = models.indexOf(undefined);
	if (without >= 0)
		throw usageError(
			`Cannot run several models: rank ${without} has no --model, and others have different ones`,
		);
	if (options.endpoints.length > 0)
		throw usageError("Cannot use several models with --endpoint: there each request's own model counts");
	if (options.sweep !== undefined) throw usageError("Cannot use --sweep with several models");
	if (options.prompts === undefined)
		throw usageError("Cannot run the built-in prompts with several models: they name none; use --in");
}
