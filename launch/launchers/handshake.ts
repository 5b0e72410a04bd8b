import type { Readable } from "node:stream";
import { LaunchError } from "../../src/base/errors.ts";
import { AGENT_LINE, type AgentHello, FAILED_LINE, KEY_LINE, SHELL_LINE } from "../link/greeting.ts";
import { ownVersion } from "../machine/package-root.ts";

/** What the far side may say before it introduces itself. */
export interface HelloEvents {
	/** The far shell has begun to work. */
	readonly shell?: () => void;
	/** The agent cannot hear us here: it will dial back, and this is its key. */
	readonly key?: (key: string) => void;
}

/** Bytes that a login shell may print before the agent's line. */
const MOST_NOISE = 1024 * 1024;

const NEWLINE = 10;

/**
 * Reads up to the line in which an agent introduces itself; what login shells print before it is skipped. The bytes
 * behind it stay in the stream. Rejects with LaunchError where the far side says why there is no agent.
 */
export function readHello(stream: Readable, host: string, events: HelloEvents = {}): Promise<AgentHello> {
	return new Promise((resolve, reject) => {
		let line: Buffer[] = [];
		let noise = 0;
		const stop = () => {
			stream.off("data", read);
			stream.pause();
		};
		const read = (data: Buffer) => {
			let start = 0;
			for (let end = data.indexOf(NEWLINE); end >= 0; end = data.indexOf(NEWLINE, start)) {
				const text = Buffer.concat([...line, data.subarray(start, end)]).toString("utf8");
				line = [];
				start = end + 1;
				if (text === SHELL_LINE) events.shell?.();
				if (text.startsWith(KEY_LINE)) events.key?.(text.slice(KEY_LINE.length));
				if (text.startsWith(FAILED_LINE)) {
					stop();
					reject(new LaunchError(`Cannot start an agent on host ${host}: ${text.slice(FAILED_LINE.length)}`));
					return;
				}
				if (!text.startsWith(AGENT_LINE)) continue;
				stop();
				if (start < data.length) stream.unshift(data.subarray(start));
				try {
					resolve(checkHello(JSON.parse(text.slice(AGENT_LINE.length)) as AgentHello, host));
				} catch (error) {
					reject(error);
				}
				return;
			}
			line.push(data.subarray(start));
			noise += data.length;
			if (noise <= MOST_NOISE) return;
			stop();
			reject(new LaunchError(`Cannot start an agent on host ${host}: its shell prints without end`));
		};
		stream.on("data", read);
	});
}

/** Refuses an agent that is not of this very version: what it says would not be understood. Throws LaunchError. */
export function checkHello(hello: AgentHello, host: string): AgentHello {
	const own = ownVersion();
	if (hello.version === own) return hello;
	throw new LaunchError(
		`Cannot start an agent on host ${host}: tsmpi in ${hello.root} is version ${hello.version} there, and ${own} here`,
	);
}
