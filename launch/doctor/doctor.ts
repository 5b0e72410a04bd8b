import { hostname } from "node:os";
import type { Options } from "../options.ts";
import { type Diagnosis, diagnose, type Examined } from "./diagnosis.ts";
import { inspect } from "./inspect.ts";
import { hostTable } from "./table.ts";

/** tsmpirun --doctor: examines the hosts that a job would run on; resolves with the exit code. */
export async function doctor(_options: Options): Promise<number> {
	const facts = await inspect(process.env);
	const hosts: Examined[] = [{ name: hostname(), facts }];
	process.stdout.write(hostTable(hosts));
	return report(hosts.map((host) => diagnose(host, facts.tsmpi)));
}

/** Prints what was found; resolves with 1 if something is wrong. */
function report(diagnoses: readonly Diagnosis[]): number {
	const problems = diagnoses.flatMap((each) => each.problems);
	const notes = diagnoses.flatMap((each) => each.notes);
	const lines = [...problems.map((text) => `problem: ${text}`), ...notes.map((text) => `note: ${text}`)];
	if (problems.length === 0) lines.push("no problems");
	process.stdout.write(`${lines.join("\n")}\n`);
	return problems.length === 0 ? 0 : 1;
}
