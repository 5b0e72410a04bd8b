import { fileURLToPath } from "node:url";

/** The example, as it stands in the repository. */
export const SCHED = fileURLToPath(new URL("../../../../examples/llama_sched.js", import.meta.url));

/** What a job said on stderr besides how far it is: models that load for more than a second are said to. */
export function withoutProgress(stderr: string): string {
	return stderr.replaceAll(/^load(?:ing|ed) .*\n/gm, "");
}
