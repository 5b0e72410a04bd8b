import test from "ava";
import { warmUp } from "../../../src/llama/index.ts";
import { EchoEngine } from "../support/engines.ts";

test.serial("warmUp() says on stderr how many of its requests failed, and why the first did", async (t) => {
	const engine = new EchoEngine();
	engine.die();
	const lines: string[] = [];
	const write = process.stderr.write;
	process.stderr.write = (text) => lines.push(`${text}`) > 0;
	try {
		await warmUp(engine, { requests: 3 });
		await warmUp(new EchoEngine(), { requests: 3 });
	} finally {
		process.stderr.write = write;
	}
	t.deepEqual(lines, ["warm-up: 3 of 3 requests failed: it died\n"]);
});
