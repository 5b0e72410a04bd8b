#!/usr/bin/env node
import { LaunchError } from "../src/base/errors.ts";
import { readOptions } from "./command-line/options.ts";

/** tsmpirun: the only file that reads the process's arguments and sets its exit code. */
async function main(): Promise<number> {
	const request = readOptions(process.argv.slice(2));
	if (request.do === "run") return (await import("./head/run.ts")).run(request.options);
	if (request.do === "doctor") return (await import("./doctor/doctor.ts")).doctor(request.options);
	if (request.do === "make-key") {
		await (await import("./network/make-key.ts")).makeKeyFile(request.file);
		return 0;
	}
	if (request.do === "help")
		process.stdout.write(`${(await import("./command-line/help.ts")).launchHelp()}\n`);
	else process.stdout.write(`${(await import("./machine/package-root.ts")).ownVersion()}\n`);
	return 0;
}

try {
	process.exitCode = await main();
} catch (error) {
	if (!(error instanceof LaunchError)) throw error;
	process.stderr.write(`tsmpirun: ${error.message}\n`);
	process.exitCode = error.exitCode;
}
// Whatever is still open (a terminal's standard input, a reader that does not read) has had its time.
process.exit();
