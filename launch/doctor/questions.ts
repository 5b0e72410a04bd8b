import type { HostFacts } from "./facts.ts";
import { inspect } from "./inspect.ts";
import { type Listener, listen, type Target, unreachable } from "./reach.ts";

/** What tsmpirun --doctor asks an agent. */
export type Question =
	| { readonly about: "host"; readonly iface?: string }
	/** What its clock says. */
	| { readonly about: "clock" }
	/** Open a port for the other hosts. */
	| { readonly about: "port" }
	/** Connect to the ports of the other hosts. */
	| { readonly about: "way"; readonly targets: readonly Target[] };

/** What the agent answers, in the order of the questions. */
export interface Answer {
	readonly facts?: HostFacts;
	readonly clockMs?: number;
	readonly port?: Omit<Listener, "close">;
	readonly failed?: readonly { readonly name: string; readonly error: string }[];
}

/** Answers on the host that this runs on. */
export async function answer(question: Question, env: Readonly<NodeJS.ProcessEnv>): Promise<Answer> {
	switch (question.about) {
		case "host":
			return { facts: await inspect(env, question.iface) };
		case "clock":
			return { clockMs: Date.now() };
		case "port": {
			// Open as long as this process is there to be examined.
			const { port, word } = await listen();
			return { port: { port, word } };
		}
		case "way":
			return { failed: await unreachable(question.targets) };
	}
}
