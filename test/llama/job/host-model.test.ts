import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { tsmpirun } from "../../support/run.ts";
import { SCHED, withoutProgress } from "../support/job.ts";
import { startModelServer } from "../support/model-server.ts";
import { temporaryFolder, writeCycle } from "../support/models.ts";

const folder = temporaryFolder();

test.serial("a job downloads its model once for all ranks of a host", async (t) => {
	const model = readFileSync(await writeCycle(join(folder, "cycle.gguf")));
	const server = await startModelServer({ files: { "/m.gguf": model } });
	t.teardown(() => server.close());
	const cache = join(folder, "cache");
	mkdirSync(cache);
	const job = (address: string) =>
		tsmpirun(
			t,
			["-n", "3", SCHED, "--engine", "node-llama-cpp", "--gpu", "cpu", "--requests", "3", "--model", address],
			{ env: { ...process.env, XDG_CACHE_HOME: cache } },
		);
	const first = await job(`${server.url}/m.gguf`);
	t.is(first.code, 0, first.stderr);
	t.regex(first.stderr, /^downloading http:\/\/127\.0\.0\.1:\d+\/m\.gguf: .* \(on \S+\)$/m);
	const { length } = server.requests;
	const second = await job(`${server.url}/m.gguf`);
	t.is(second.code, 0, second.stderr);
	t.is(server.requests.length, length);
	const wrong = await job(`${server.url}/no.gguf`);
	t.is(wrong.code, 1);
	t.regex(
		withoutProgress(wrong.stderr),
		/^tsmpirun: [^\n]*Cannot download model http:[^\n]*\/no\.gguf: the server says 404 Not Found\n$/,
	);
});
