import { helpText } from "../../src/base/options/help.ts";
import { OPTION_TABLE } from "./option-table.ts";

const EXIT_CODES = [
	"Exit code: 0 if all ranks exit 0, else that of the first rank that failed (128 + N after signal N);",
	"abort(code): that code; 124 after --timeout; 130, 143, 129 after SIGINT, SIGTERM, SIGHUP;",
	"127 program not found; 126 not executable or no --wdir; 2 wrong usage; 1 anything else.",
].join(" ");

/** The text of tsmpirun --help. */
export function launchHelp(): string {
	return helpText(OPTION_TABLE, {
		usage: "Usage: tsmpirun [options] program [arguments] [: [options] program [arguments]]...",
		examples: [
			["tsmpirun -np 2 prog.js", "two ranks on this machine"],
			["tsmpirun --hostfile hostfile prog.js", "a rank for each slot"],
			["tsmpirun -n 1 head.js : -n 3 worker.js", "two programs, one job"],
		],
		epilogue: EXIT_CODES,
	});
}
