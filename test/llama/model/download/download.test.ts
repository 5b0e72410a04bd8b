import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { EngineError } from "../../../../src/llama/index.ts";
import { localModel } from "../../../../src/llama/model/download/download.ts";
import { watched } from "../../../../src/llama/model/download/watch.ts";
import { startModelServer } from "../../support/model-server.ts";
import { temporaryFolder, writeCycle } from "../../support/models.ts";

const folder = temporaryFolder();
let model: Buffer;
let caches = 0;

/** An empty cache folder for the downloads that follow. */
function freshCache(): string {
	caches += 1;
	const cache = join(folder, `cache${caches}`);
	mkdirSync(cache);
	process.env.XDG_CACHE_HOME = cache;
	return join(cache, "tsmpi", "models");
}

test.before(async () => {
	model = readFileSync(await writeCycle(join(folder, "cycle.gguf")));
});

test.serial("a model is downloaded once, and another of the same name is another file", async (t) => {
	const other = Buffer.from(model);
	other[other.length - 1] = 77;
	const server = await startModelServer({ files: { "/a/m.gguf": model, "/b/m.gguf": other } });
	t.teardown(() => server.close());
	const cache = freshCache();
	const lines: string[] = [];
	const path = await localModel(`${server.url}/a/m.gguf?download=true`, (line) => lines.push(line));
	t.true(path.startsWith(cache) && path.endsWith("/m.gguf"), path);
	t.deepEqual(readFileSync(path), model);
	t.regex(lines[0] ?? "", /^downloading http:.*m\.gguf\?download=true: /);
	t.true(lines.length <= 2, lines.join("\n"));
	const { length } = server.requests;
	t.is(await localModel(`${server.url}/a/m.gguf`, t.fail), path);
	t.is(server.requests.length, length);
	t.deepEqual(readFileSync(await localModel(`${server.url}/b/m.gguf`, () => {})), other);
});

test.serial("a download whose connection breaks goes on where it stopped", async (t) => {
	const large = Buffer.alloc(20 << 20, "tsmpi");
	const server = await startModelServer({ files: { "/m.gguf": large }, breaks: 3 });
	t.teardown(() => server.close());
	freshCache();
	const path = await localModel(`${server.url}/m.gguf`, () => {});
	t.true(readFileSync(path).equals(large));
	t.true(server.sent() < large.length * 2, `${server.sent()} bytes were sent of ${large.length}`);
});

test.serial("a server that falls silent is given up, and the next start goes on from there", async (t) => {
	const large = Buffer.alloc(20 << 20, "tsmpi");
	let silent = true;
	const server = await startModelServer({ files: { "/m.gguf": large }, stalls: () => silent });
	t.teardown(() => server.close());
	freshCache();
	const address = `${server.url}/m.gguf`;
	await t.throwsAsync(
		localModel(address, () => {}, 1000),
		{
			instanceOf: EngineError,
			message: `Cannot download model ${address}: the server has sent nothing for 1 s; the next start goes on from there`,
		},
	);
	silent = false;
	const before = server.sent();
	const path = await localModel(address, () => {});
	t.true(readFileSync(path).equals(large));
	// The first request, which only asks for the size, is counted as sent whole.
	const again = server.sent() - before - large.length;
	t.true(again < large.length, `${again} bytes of ${large.length} were sent again`);
});

test.serial("a disk without room for the rest is told before it is full", async (t) => {
	const never = new Promise<never>(() => {});
	const download = (
		_: AbortSignal,
		onProgress: (status: { totalSize: number; downloadedSize: number }) => void,
	) => {
		onProgress({ totalSize: 1e18, downloadedSize: 0 });
		return never;
	};
	const message = /^1000000000\.0 GB are to come, and .+ has room for [\d.]+ .B$/;
	await t.throwsAsync(watched(folder, download), { message });
});

test.serial("hf:USER/REPO:QUANT asks the hub which file that is", async (t) => {
	const manifest = Buffer.from(JSON.stringify({ ggufFile: { rfilename: "some-Q4_K_M.gguf" } }));
	const server = await startModelServer({
		files: {
			"/v2/me/some-GGUF/manifests/Q4_K_M": manifest,
			"/me/some-GGUF/resolve/main/some-Q4_K_M.gguf": model,
		},
	});
	t.teardown(() => server.close());
	freshCache();
	process.env.HF_ENDPOINT = server.url;
	t.teardown(() => delete process.env.HF_ENDPOINT);
	const path = await localModel("hf:me/some-GGUF:Q4_K_M", () => {});
	t.deepEqual(readFileSync(path), model);
	const error = await t.throwsAsync(
		localModel("hf:me/none:Q4_K_M", () => {}),
		{ instanceOf: EngineError },
	);
	t.regex(error?.message ?? "", /^Cannot download model hf:me\/none:Q4_K_M: [^\n]*does not exist$/);
	await server.close();
	t.is(await localModel("hf:me/some-GGUF:Q4_K_M", t.fail), path);
});

test.serial("two that want the same model at the same time download it once", async (t) => {
	const server = await startModelServer({ files: { "/m.gguf": model } });
	t.teardown(() => server.close());
	freshCache();
	const said = new Set<number>();
	const get = (who: number) => localModel(`${server.url}/m.gguf`, () => said.add(who));
	const [one, other] = await Promise.all([get(1), get(2)]);
	t.is(one, other);
	t.is(said.size, 1);
});

test.serial("what cannot be had is an error of one line, at once", async (t) => {
	const server = await startModelServer({ files: {} });
	freshCache();
	const refusal = async (address: string) =>
		(
			await t.throwsAsync(
				localModel(address, () => {}),
				{ instanceOf: EngineError },
			)
		)?.message;
	const { url } = server;
	t.is(
		await refusal(`${url}/no.gguf`),
		`Cannot download model ${url}/no.gguf: the server says 404 Not Found`,
	);
	t.is(
		await refusal(`${url}/model.bin`),
		`Cannot download model ${url}/model.bin: the name of its file does not end in .gguf`,
	);
	await server.close();
	t.is(
		await refusal(`${url}/m.gguf`),
		`Cannot download model ${url}/m.gguf: the server cannot be reached (ECONNREFUSED)`,
	);
	process.env.HF_ENDPOINT = url;
	t.teardown(() => delete process.env.HF_ENDPOINT);
	t.regex((await refusal("hf:me/some")) ?? "", /^Cannot download model hf:me\/some: [^\n]+$/);
});
