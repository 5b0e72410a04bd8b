import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Starts a server, and waits until one of its lines says that it is ready. Of its lines are taken "pid N" and
 * "listening on URL".
 *
 * @param {RegExp} ready
 * @param {string} command
 * @param {readonly string[]} argv
 */
export async function startServer(ready, command, ...argv) {
	const child = spawn(command, argv, { cwd: here, stdio: ["ignore", "pipe", "pipe"] });
	// Whatever ends the benchmark ends its servers.
	process.once("exit", () => child.kill("SIGKILL"));
	let [pid, url] = [0, ""];
	await new Promise((resolve, reject) => {
		child.once("exit", (code) => reject(new Error(`${command} ${argv.join(" ")} ended with ${code}`)));
		for (const stream of [child.stdout, child.stderr]) {
			createInterface({ input: stream }).on("line", (line) => {
				pid ||= Number(/^pid (\d+)$/.exec(line)?.[1] ?? 0);
				url ||= /listening on (http:\S+)/.exec(line)?.[1] ?? "";
				if (ready.test(line)) resolve(undefined);
			});
		}
	});
	const stop = async () => {
		child.removeAllListeners("exit");
		child.kill("SIGTERM");
		if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
	};
	return { pid, url, stop };
}

/**
 * Runs clients of a server, and resolves with what they saw (see stream-client.js).
 *
 * @param {string} url
 * @param {readonly (string | number)[]} args
 */
export async function clients(url, ...args) {
	const argv = ["bench/peers/stream-client.js", url, ...args.map(String)];
	const child = spawn(process.execPath, argv, { cwd: here, stdio: ["ignore", "pipe", "inherit"] });
	let text = "";
	child.stdout.on("data", (part) => {
		text += part;
	});
	await once(child, "close");
	return JSON.parse(text);
}
