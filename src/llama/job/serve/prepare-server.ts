import { checkArgument, listOf, TEXT } from "../../../base/check-types.ts";
import { JobError } from "../../errors.ts";
import { prepareEngines } from "../prepare-engines.ts";
import { parseServeOptions } from "./options.ts";

/**
 * `prepareEngines` for a server's command line. Does nothing for `--help` or for a mistake, of which `serveOptions` tells
 * later.
 *
 * @param args The command line, without the program.
 */
export function prepareServer(args: readonly string[]): void {
	checkArgument("prepare a server", "args", args, listOf("a list of strings", TEXT));
	try {
		prepareEngines(parseServeOptions(args, "").engine);
	} catch (error) {
		if (!(error instanceof JobError)) throw error;
	}
}
