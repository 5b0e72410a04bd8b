import { LaunchError } from "../../src/base/errors.ts";
import type { Options } from "../command-line/options.ts";
import type { Link } from "../link/link.ts";
import type { AgentToHead, HeadToAgent } from "../link/protocol.ts";
import { Ending, READER_MS } from "./ending.ts";
import type { HostAnswers } from "./host-answers.ts";
import type { Plan } from "./plan.ts";
import { handleSignals } from "./signals.ts";
import { Output } from "./streams/output.ts";
import { StdinFeed } from "./streams/stdin-feed.ts";
import { Job } from "./verdict/job.ts";
import { newRecord } from "./verdict/rank-record.ts";

const TIMEOUT_CODE = 124;

/** How long a rank may take to say what it waits for. */
const QUERY_MS = 500;

/** Connects the parts of a running job: the agent, what it tells, output, standard input, signals, the time limit. */
export class Head {
	readonly #options: Options;
	readonly #plan: Plan;
	readonly #link: Link<HeadToAgent, AgentToHead>;
	readonly #output: Output;
	readonly #stdin: StdinFeed;
	readonly #job: Job;
	readonly #ending: Ending;
	#answers: HostAnswers | undefined;
	#mapShown: Promise<void> | undefined;
	#over: () => void = () => {};
	readonly #done = new Promise<void>((resolve) => {
		this.#over = resolve;
	});
	#impatient: () => void = () => {};
	/** Resolves when ranks and readers have had their time. */
	readonly #patience = new Promise<void>((resolve) => {
		this.#impatient = resolve;
	});
	#closed: () => void = () => {};

	constructor(options: Options, plan: Plan, link: Link<HeadToAgent, AgentToHead>) {
		this.#options = options;
		this.#plan = plan;
		this.#link = link;
		this.#output = new Output({
			size: plan.ranks.length,
			tag: options.tagOutput,
			timestamp: options.timestampOutput,
			folder: options.outputDir,
			unread: (exitCode) => this.#job.end(exitCode),
		});
		this.#stdin = new StdinFeed(
			plan.orders.filter(({ stdin }) => stdin).map(({ rank }) => rank),
			{
				send: (rank, chunk) => link.send({ type: "stdin", rank, chunk }),
				end: (rank) => link.send({ type: "stdin-end", rank }),
			},
		);
		const records = plan.ranks.map(({ rank, host, nodeRank }) =>
			newRecord({ rank, host: host.name, node: nodeRank }),
		);
		this.#job = new Job(records, {
			continues: options.onFailure === "continue",
			effects: {
				tell: (rank, message) => link.send({ type: "tell", rank, message }),
				terminate: (signal) => link.send({ type: "terminate", signal, graceMs: options.graceMs }),
				report: (text) => this.#output.message(text),
				note: (text) => {
					if (options.verbose) this.#output.message(text);
				},
				over: () => this.#over(),
			},
		});
		this.#ending = new Ending(this.#job, {
			graceMs: options.graceMs,
			say: (text) => {
				if (!options.quiet) this.#output.message(text);
			},
			overIn: (limitMs) => this.#overIn(limitMs),
		});
		this.#openOutput();
		link.onMessage((message) => this.#receive(message));
	}

	/** Follows the job to its end; resolves with tsmpirun's exit code. */
	async run(): Promise<number> {
		const { quiet, timeoutMs } = this.#options;
		this.#handleSignals();
		if (!quiet) for (const warning of this.#plan.warnings) this.#output.message(warning);
		const timer =
			timeoutMs === undefined ? undefined : setTimeout(() => void this.#timedOut(timeoutMs), timeoutMs);
		await this.#done;
		clearTimeout(timer);
		this.#ending.ranksEnded();
		this.#stdin.stop();
		await this.#mapShown;
		const closed = new Promise<void>((resolve) => {
			this.#closed = resolve;
		});
		this.#link.send({ type: "close" });
		await closed;
		await Promise.race([this.#output.flush(), this.#patience]);
		// Output that is missing does not end the job, but the exit code must not say that all went well.
		return this.#job.exitCode || (this.#output.incomplete ? 1 : 0);
	}

	/** Ranks may have been started by now: a failure ends the job in order, instead of throwing. */
	#openOutput(): void {
		try {
			this.#output.open();
		} catch (error) {
			if (!(error instanceof LaunchError)) throw error;
			this.#job.end(error.exitCode, { text: error.message });
		}
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
			case "warning":
				this.#output.message(message.text);
				break;
			case "file-credit":
				// For PreloadSender, which Fleet has told already.
				break;
			case "closed":
				this.#closed();
				break;
			case "launched":
				this.#job.receive(message);
				this.#stdin.ready(message.rank);
				return;
			case "lost":
				for (const { rank, nodeRank } of this.#plan.orders) {
					if (nodeRank === message.node) this.#stdin.closed(rank);
				}
				this.#job.receive(message);
				return;
			case "prepared":
				if (this.#options.displayMap) this.#mapShown = this.#showMap(message);
				return;
			case "waiting":
				if (!this.#options.quiet) this.#output.message(message.text);
				return;
			case "examined":
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
		handleSignals({
			end: (signal) => this.#ending.signalled(signal),
			pass: (signal) => this.#link.send({ type: "signal", signal }),
			show: () => void this.#show(),
			resumed: () => this.#stdin.start(),
		});
	}

	/** Ends the wait for ranks and readers even if one of them never comes to its end. */
	#overIn(limitMs: number): void {
		setTimeout(() => {
			this.#over();
			this.#impatient();
		}, limitMs).unref();
	}

	async #showMap(message: Extract<AgentToHead, { type: "prepared" }>): Promise<void> {
		const { HostAnswers } = await import("./host-answers.ts");
		this.#answers ??= new HostAnswers(this.#plan);
		if (this.#answers.add(message)) this.#output.plain(this.#answers.mapText({ commands: false }));
	}

	async #show(): Promise<void> {
		this.#output.message(`what each rank waits for\n${(await this.#job.watch.table(QUERY_MS)).trimEnd()}`);
	}

	async #timedOut(limitMs: number): Promise<void> {
		const table = (await this.#job.watch.table(QUERY_MS)).trimEnd();
		if (this.#job.ending) return;
		const text = `the job has not ended within ${limitMs / 1000} s (--timeout): ending all ranks\n${table}`;
		this.#job.end(TIMEOUT_CODE, { text });
		this.#overIn(this.#options.graceMs + READER_MS);
	}
}
