import type { Finding, Probe } from "../../link/examination.ts";
import { inspectHost } from "./inspect.ts";
import { openPort, unreachable } from "./reach.ts";

/** Looks at the host that this runs on. */
export async function examine(probe: Probe, env: Readonly<NodeJS.ProcessEnv>): Promise<Finding> {
	switch (probe.about) {
		case "host":
			return { facts: await inspectHost(env, probe.iface) };
		case "clock":
			return { clockMs: Date.now() };
		case "port": {
			// Open as long as this process is there to be examined.
			const { port, word } = await openPort();
			return { port: { port, word } };
		}
		case "way":
			return { failed: await unreachable(probe.targets) };
	}
}
