import { randomBytes } from "node:crypto";
import { constants } from "node:os";
import { isatty } from "node:tty";
import { Agent } from "../agent/agent.ts";
import { type Link, linkPair } from "../link.ts";
import type { Options } from "../options.ts";
import type { AgentToHead, HeadToAgent, StreamName } from "../protocol.ts";
import { Job } from "./job.ts";
import { Output } from "./output.ts";
import { makePlan, type Plan } from "./plan.ts";
import { newRecord } from "./rank-record.ts";
import { handleSignals } from "./signals.ts";
import { StdinFeed } from "./stdin-feed.ts";

const TIMEOUT_CODE = 124;
const BROKEN_PIPE_CODE = 141;

/** How long a rank may take to say what it waits for. */
const QUERY_MS = 500;

/** After a signal or --timeout, a reader of our output that does not read holds us up no longer than this. */
const READER_MS = 5000;

/** Runs the job that the command line asks for; resolves with tsmpirun's exit code. Throws LaunchError. */
export async function run(options: Options): Promise<number> {
	const plan = await makePlan(options);
	if (options.dryRun) {
		process.stdout.write(plan.describe(true));
		return 0;
	}
	return new Head(options, plan).run();
}

/** Connects the parts of a running job: the agent, what it tells, output, standard input, signals, the time limit. */
class Head {
	readonly #options: Options;
	readonly #plan: Plan;
	readonly #link: Link<HeadToAgent, AgentToHead>;
	readonly #output: Output;
	readonly #stdin: StdinFeed;
	readonly #job: Job;
	#over: () => void = () => {};
	#closed: () => void = () => {};

	constructor(options: Options, plan: Plan) {
		this.#options = options;
		this.#plan = plan;
		const [link, far] = linkPair<HeadToAgent, AgentToHead>();
		this.#link = link;
		this.#output = new Output({
			size: plan.ranks.length,
			tag: options.tagOutput,
			timestamp: options.timestampOutput,
			folder: options.outputDir,
			unread: () => this.#job.end(BROKEN_PIPE_CODE),
		});
		this.#stdin = new StdinFeed(
			plan.orders.filter(({ stdin }) => stdin).map(({ rank }) => rank),
			(rank, chunk) => link.send({ type: "stdin", rank, chunk }),
			(rank) => link.send({ type: "stdin-end", rank }),
		);
		const records = plan.ranks.map(({ rank, host, nodeRank }) => newRecord(rank, host.name, nodeRank));
		this.#job = new Job(records, options.onFailure === "continue", {
			tell: (rank, message) => link.send({ type: "tell", rank, message }),
			terminate: (signal) => link.send({ type: "terminate", signal, graceMs: options.graceMs }),
			report: (text) => this.#output.message(text),
			note: (text) => {
				if (options.verbose) this.#output.message(text);
			},
			over: () => this.#over(),
		});
		link.onMessage((message) => this.#receive(message));
		new Agent(far);
	}

	async run(): Promise<number> {
		const { quiet, displayMap, timeoutMs } = this.#options;
		if (!quiet) for (const warning of this.#plan.warnings) this.#output.message(warning);
		if (displayMap) this.#output.plain(this.#plan.describe(false));
		const over = new Promise<void>((resolve) => {
			this.#over = resolve;
		});
		this.#handleSignals();
		this.#launch();
		const timer =
			timeoutMs === undefined ? undefined : setTimeout(() => void this.#timedOut(timeoutMs), timeoutMs);
		await over;
		clearTimeout(timer);
		this.#stdin.stop();
		const closed = new Promise<void>((resolve) => {
			this.#closed = resolve;
		});
		this.#link.send({ type: "close" });
		await closed;
		await (this.#job.ending ? Promise.race([this.#output.flush(), delay(READER_MS)]) : this.#output.flush());
		return this.#job.exitCode;
	}

	#launch(): void {
		const env: Record<string, string> = {};
		for (const [name, value] of Object.entries(process.env)) if (value !== undefined) env[name] = value;
		const terminals = { stdout: isatty(1), stderr: isatty(2) };
		if (terminals.stderr) env.TSMPI_STDERR_TTY = "1";
		const prompts = (["stdout", "stderr"] as const satisfies StreamName[]).filter(
			(stream) => terminals[stream],
		);
		const jobId = randomBytes(8).toString("hex");
		this.#link.send({ type: "launch", jobId, env, ranks: this.#plan.orders, prompts });
	}

	#receive(message: AgentToHead): void {
		switch (message.type) {
			case "output":
				void this.#write(message);
				break;
			case "stdin-credit":
				this.#stdin.credit(message.rank, message.bytes);
				break;
			case "stdin-closed":
				this.#stdin.closed(message.rank);
				break;
			case "closed":
				this.#closed();
				break;
			case "launched":
				this.#job.receive(message);
				if (message.rank === this.#plan.ranks.length - 1) this.#stdin.start();
				return;
			default:
				this.#job.receive(message);
				break;
		}
	}

	async #write(message: Extract<AgentToHead, { type: "output" }>): Promise<void> {
		const { rank, stream, chunk } = message;
		await this.#output.write(message);
		this.#link.send({ type: "credit", rank, stream, bytes: chunk.length });
	}

	#handleSignals(): void {
		const say = (text: string) => (this.#options.quiet ? undefined : text);
		handleSignals({
			end: (signal, again) => {
				const code = 128 + constants.signals[signal];
				if (again) {
					this.#link.send({ type: "terminate", signal: "SIGKILL", graceMs: 0 });
					this.#overIn(1000);
					return;
				}
				const hint = signal === "SIGINT" ? " (again: at once)" : "";
				this.#job.end(code, say(`${signal}: ending all ranks${hint}`), signal);
				this.#overIn(this.#options.graceMs + READER_MS);
			},
			pass: (signal) => this.#link.send({ type: "signal", signal }),
			show: () => void this.#show(),
			resumed: () => this.#stdin.start(),
		});
	}

	/** Ends the wait for ranks and readers even if one of them never comes to its end. */
	#overIn(limitMs: number): void {
		setTimeout(() => this.#over(), limitMs).unref();
	}

	async #show(): Promise<void> {
		this.#output.message(`what each rank waits for\n${(await this.#job.watch.table(QUERY_MS)).trimEnd()}`);
	}

	async #timedOut(limitMs: number): Promise<void> {
		const table = (await this.#job.watch.table(QUERY_MS)).trimEnd();
		if (this.#job.ending) return;
		const text = `the job has not ended within ${limitMs / 1000} s (--timeout): ending all ranks\n${table}`;
		this.#job.end(TIMEOUT_CODE, text);
		this.#overIn(this.#options.graceMs + READER_MS);
	}
}

function delay(ms: number): Promise<void> {
	return new Promise((resolve) => {
		setTimeout(resolve, ms).unref();
	});
}
