import test from "ava";
import { runNode } from "../support/run-node.ts";

test("init() refuses an environment that cannot be right by its text alone, without a way through our files", async (t) => {
	const program = 'import { init } from "tsmpi"; await init();';
	const env = {
		TSMPI_RANK: "5",
		TSMPI_SIZE: "2",
		TSMPI_RENDEZVOUS: "tcp://127.0.0.1:9",
		TSMPI_INSECURE: "1",
	};
	const { code, stderr } = await runNode(["--input-type=module", "-e", program], env);
	t.is(code, 1);
	t.regex(stderr, /MpiError: Cannot join a job by TSMPI_RANK=5: TSMPI_SIZE=2 gives ranks 0 to 1/);
	t.notRegex(stderr, /^ {4}at /m, stderr);
});
