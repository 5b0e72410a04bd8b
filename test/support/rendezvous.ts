import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import { tsmpirun } from "./run.ts";
import { workplace } from "./workplace.ts";

/** How one process ended. */
export interface Ended {
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly stdout: string;
	readonly stderr: string;
}

/** A process that was started by hand. */
export interface Member {
	readonly child: ChildProcess;
	/** Resolves with the first line of its output that matches. */
	readonly line: (pattern: RegExp) => Promise<RegExpMatchArray>;
	readonly ended: Promise<Ended>;
}

/** Processes are killed, and the test fails, after this time. */
const LIMIT_MS = 60_000;

/** Starts processes that meet at one address; they are ended when the test is over. */
export class Meeting {
	readonly #t: ExecutionContext;
	readonly env: Readonly<Record<string, string>>;

	private constructor(t: ExecutionContext, env: Readonly<Record<string, string>>) {
		this.#t = t;
		this.env = env;
	}

	/** A free port of this machine, a new key file, and a number of ranks. */
	static async of(t: ExecutionContext, size: number): Promise<Meeting> {
		const file = join(workplace(t).folder, "key");
		const { code, stderr } = await tsmpirun(t, ["--make-key", file]);
		if (code !== 0) throw new Error(stderr);
		return new Meeting(t, {
			TSMPI_SIZE: `${size}`,
			TSMPI_RENDEZVOUS: `tcp://localhost:${await freePort()}`,
			TSMPI_KEY_FILE: file,
		});
	}

	/** Starts one process, with these variables besides those of the meeting, on this machine or where `within` leads. */
	start(
		args: readonly string[],
		{ env, within = [] }: { readonly env: NodeJS.ProcessEnv; readonly within?: readonly string[] },
	): Member {
		const [command = process.execPath, ...words] = [...within, process.execPath, ...args];
		const child = spawn(command, words, {
			env: { ...process.env, ...this.env, ...env },
			stdio: ["ignore", "pipe", "pipe"],
		});
		const texts = { stdout: "", stderr: "" };
		const searches = new Set<() => void>();
		const look = () => {
			for (const search of searches) search();
		};
		for (const stream of ["stdout", "stderr"] as const) {
			child[stream].setEncoding("utf8").on("data", (text: string) => {
				texts[stream] += text;
				look();
			});
		}
		const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
		this.#t.teardown(() => child.kill("SIGKILL"));
		let closed = false;
		const ended = once(child, "close").then(([code, signal]): Ended => {
			clearTimeout(timer);
			closed = true;
			look();
			return { code, signal, ...texts };
		});
		const line = (pattern: RegExp) =>
			new Promise<RegExpMatchArray>((resolve, reject) => {
				const search = () => {
					const match = `${texts.stdout}${texts.stderr}`.match(pattern);
					if (match !== null) resolve(match);
					else if (closed) reject(new Error(`no ${pattern} in:\n${texts.stdout}${texts.stderr}`));
					else return;
					searches.delete(search);
				};
				searches.add(search);
				search();
			});
		return { child, line, ended };
	}

	/** Starts a process for each rank. */
	startAll(args: readonly string[]): Member[] {
		return Array.from({ length: Number(this.env.TSMPI_SIZE) }, (_, rank) =>
			this.start(args, { env: { TSMPI_RANK: `${rank}` } }),
		);
	}
}

/** A port that is free now. */
async function freePort(): Promise<number> {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	if (typeof address !== "object" || address === null) throw new TypeError("no port");
	server.close();
	await once(server, "close");
	return address.port;
}
