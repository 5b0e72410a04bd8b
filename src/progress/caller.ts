import { ownFolder } from "../own-folder.ts";

/** file:line of the first frame of the caller's own code. */
export function callerOf(stack: string | undefined): string | undefined {
	const frames = (stack ?? "").split("\n").slice(1);
	const frame = frames.find(
		(line) => !line.includes(ownFolder) && /:\d+\)?$/.test(line) && !line.includes("node:"),
	);
	const found = /\(?((?:file:\/\/)?[^\s()]+):(\d+):\d+\)?$/.exec(frame ?? "");
	if (found === null) return undefined;
	const file = (found[1] as string).replace("file://", "");
	return `${file.startsWith(`${process.cwd()}/`) ? file.slice(process.cwd().length + 1) : file}:${found[2]}`;
}
