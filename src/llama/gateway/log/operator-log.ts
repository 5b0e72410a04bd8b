import { type CallWatch, SILENT } from "../core/watch.ts";

/** Tells whoever runs the server, in one line each, what happens to ranks: nobody else sees it while streams go on. */
export function operatorLog(print: (line: string) => void): CallWatch {
	return {
		...SILENT,
		engineDied: (rank) => print(`rank ${rank}: its engine died, and is started again`),
		engineUp: (rank) => print(`rank ${rank}: its engine runs again`),
		suspected: (rank, suspect) =>
			print(
				suspect
					? `rank ${rank}: it is silent or its engine fails; it gets no requests for now`
					: `rank ${rank}: it gets requests again, or is gone`,
			),
	};
}
