import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { LaunchError } from "../../src/base/errors.ts";
import { type ChildExit, exitText } from "../../src/base/process/exit-text.ts";
import type { Host } from "../hosts/hosts.ts";
import type { AgentToHead, HeadToAgent } from "../link/protocol.ts";
import { StreamLink } from "../link/stream-link.ts";
import { findWrappers } from "../machine/wrap.ts";
import type { DialBack } from "./dial-back.ts";
import { explainedLink } from "./explained-link.ts";
import { readHello } from "./handshake.ts";
import type { AgentLink } from "./launcher.ts";
import { RecentLines } from "./recent-lines.ts";
import type { Attempt } from "./starting.ts";

/** A process that has lost its other side gets this time to say why, and one whose work is done, to end. */
const LAST_WORDS_MS = 500;

/** How an agent is started. */
export interface ProcessAgentOptions {
	/** What messages call the process: "ssh". */
	readonly what: string;
	/** The process and its arguments. */
	readonly command: readonly string[];
	/** Where the agent may dial in, if the process does not pass on what it is told. */
	readonly dialBack?: DialBack;
}

/** An agent behind the standard streams of a process of this machine, such as ssh. */
export class ProcessAgent implements Attempt {
	readonly link: Promise<AgentLink>;
	readonly #child: ChildProcessWithoutNullStreams;
	readonly #name: string;
	readonly #lines = new RecentLines();
	readonly #exited: Promise<string>;
	readonly #dialBack: DialBack | undefined;
	#waitsFor: string;
	#isGone = false;

	constructor(host: Host, { what, command, dialBack }: ProcessAgentOptions) {
		this.#name = what;
		this.#dialBack = dialBack;
		this.#waitsFor = `${what} to answer`;
		// A session of its own: Ctrl-C is for us to pass on. Should we be killed, the kernel ends it.
		const [program = "", ...args] = [...findWrappers({ bindsCores: false }).deathSignal, ...command];
		this.#child = spawn(program, args, { stdio: "pipe", detached: true });
		this.#child.stdin.on("error", () => {});
		this.#child.stderr.on("data", (data: Buffer) => this.#lines.push(data));
		this.#exited = this.#watchExit();
		this.link = this.#connect(host.name);
	}

	waitsFor = (): string => this.#waitsFor;

	said = (): string | undefined => this.#lines.telling;

	cancel = (): void => {
		if (!this.#isGone) this.#child.kill("SIGKILL");
	};

	/** Its work is done: resolves once it is gone. */
	async end(): Promise<void> {
		this.#child.stdin.end();
		await this.#exitWithin(LAST_WORDS_MS);
		this.cancel();
		await this.#exited;
	}

	async #watchExit(): Promise<string> {
		const closed = once(this.#child, "close").then(([code, signal]): ChildExit => ({ code, signal }));
		const ending = await closed.catch((error: Error) => error);
		this.#isGone = true;
		if (ending instanceof Error) return `cannot start ${this.#name}: ${ending.message}`;
		return `${this.#name} ${exitText(ending)}`;
	}

	async #connect(host: string): Promise<AgentLink> {
		const stdout = this.#child.stdout;
		const dialBack = this.#dialBack;
		// By this byte the agent sees that its standard input comes from us.
		if (dialBack !== undefined) this.#child.stdin.write("\n");
		const hello = readHello(stdout, host, {
			shell: () => {
				this.#waitsFor = "Node and tsmpi to start there";
			},
			key: (key) => {
				this.#waitsFor = `its agent to dial back to ${dialBack?.target}`;
				dialBack?.learn(host, key);
			},
		});
		const direct = hello.then(() => new StreamLink<HeadToAgent, AgentToHead>(stdout, this.#child.stdin));
		const dialed = dialBack?.expectLater(host);
		const ended = this.#exited.then((how) => {
			throw new LaunchError(`Cannot reach host ${host}: ${this.#lines.telling ?? how}`);
		});
		const ways = [direct, ended, ...(dialed === undefined ? [] : [dialed])];
		// Those that lose the race may reject later, which nobody is to handle.
		for (const way of ways) way.catch(() => {});
		const link = await Promise.race(ways);
		dialBack?.giveUp(host, new LaunchError(`Host ${host} has been reached otherwise`));
		// Nobody else reads what an agent that dialled back, or its shell, may still print.
		if (stdout.isPaused() && dialed !== undefined) stdout.resume();
		return explainedLink(link, () => this.#lastWords());
	}

	/** What the process says about the end of its agent. */
	async #lastWords(): Promise<string | undefined> {
		const how = await this.#exitWithin(LAST_WORDS_MS);
		this.cancel();
		return this.#lines.telling ?? how;
	}

	#exitWithin(limitMs: number): Promise<string | undefined> {
		const late = new Promise<undefined>((resolve) => setTimeout(resolve, limitMs, undefined).unref());
		return Promise.race([this.#exited, late]);
	}
}
