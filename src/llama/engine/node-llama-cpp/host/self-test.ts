import childProcess, { type ChildProcess } from "node:child_process";
import { EventEmitter } from "node:events";
import { syncBuiltinESMExports } from "node:module";
import { basename } from "node:path";

/** What node-llama-cpp forks before it loads a binary, and what it then says to it. */
const TEST_FILE = "testBindingBinary.js";
type TestMessage = { readonly type?: unknown; readonly gpu?: unknown };

/**
 * Runs something that calls `getLlama`, without the process that node-llama-cpp starts before each load on Linux, to see
 * whether the binary takes its process down: an engine host is such a process itself. Only binaries for the processor
 * are taken on trust; for a GPU the test decides whether there is one to use.
 */
export async function withoutSelfTest<T>(work: () => Promise<T>): Promise<T> {
	const { fork } = childProcess;
	const forkOthers = (...args: Parameters<typeof fork>) =>
		basename(String(args[0])) === TEST_FILE ? new SelfTest(() => fork(...args)) : fork(...args);
	replaceFork(forkOthers as typeof fork);
	try {
		return await work();
	} finally {
		replaceFork(fork);
	}
}

function replaceFork(fork: typeof childProcess.fork): void {
	childProcess.fork = fork;
	syncBuiltinESMExports();
}

/**
 * Stands for the child that node-llama-cpp wants to have forked, and passes its test. When it is asked for what it does
 * not know, it starts the child after all and leaves the rest to it.
 */
class SelfTest extends EventEmitter implements Pick<ChildProcess, "send" | "kill"> {
	readonly stdout = null;
	readonly stderr = null;
	exitCode: number | null = null;
	killed = false;
	readonly #fork: () => ChildProcess;
	/** What was said to it, for the child that may have to take over. */
	readonly #heard: TestMessage[] = [];
	#child: ChildProcess | undefined;

	constructor(fork: () => ChildProcess) {
		super();
		this.#fork = fork;
		this.#answer({ type: "ready" });
	}

	send(message: TestMessage): boolean {
		if (this.#child !== undefined && this.#heard.length === 0) return this.#child.send(message);
		this.#heard.push(message);
		if (this.#child !== undefined) return true;
		if (message.type === "start" && message.gpu === false) this.#answer({ type: "loaded" });
		else if (message.type === "test") this.#answer({ type: "done" });
		else if (message.type === "exit") this.#end(0);
		else this.#startChild();
		return true;
	}

	kill(signal?: NodeJS.Signals | number): boolean {
		this.killed = true;
		return this.#child?.kill(signal) ?? false;
	}

	#answer(message: TestMessage): void {
		setImmediate(() => this.emit("message", message));
	}

	#end(code: number | null): void {
		this.exitCode = code;
		setImmediate(() => this.emit("exit", code));
	}

	/** Each answer of the child that was given already is followed by what was said to it. */
	#startChild(): void {
		this.#child = this.#fork();
		this.#child.on("message", (message) => {
			const said = this.#heard.shift();
			if (said === undefined) this.emit("message", message);
			else this.#child?.send(said);
		});
		this.#child.once("exit", (code) => this.#end(code));
	}
}
