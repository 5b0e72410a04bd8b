import { ownFolder } from "../../base/own-folder.ts";

/** The frames of a stack that are the caller's own code. */
export function callerFrames(stack: string | undefined): string[] {
	const frames = (stack ?? "").split("\n").filter((line) => /^\s+at .*:\d+\)?$/.test(line));
	return frames.filter((line) => !line.includes(ownFolder) && !line.includes("node:"));
}

/** file:line of the first frame of the caller's own code. */
export function callerOf(stack: string | undefined): string | undefined {
	const found = /\(?((?:file:\/\/)?[^\s()]+):(\d+):\d+\)?$/.exec(callerFrames(stack)[0] ?? "");
	if (found === null) return undefined;
	const file = (found[1] as string).replace("file://", "");
	return `${file.startsWith(`${process.cwd()}/`) ? file.slice(process.cwd().length + 1) : file}:${found[2]}`;
}
