import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { complete, EngineError, startEngine } from "../../../../src/llama/index.ts";
import { PRESETS } from "../../../../src/llama/model/demo/presets.ts";
import { LLAMA_SERVER } from "../../support/bare-server.ts";
import { temporaryFolder, writeCycle } from "../../support/models.ts";
import { descendants, isEngine } from "../../support/processes.ts";

const folder = temporaryFolder();
const OPTIONS = { engine: "llama-server", gpu: "cpu", slots: 1, contextSize: 256, threads: 1 } as const;
/** Skipped by name where there is no llama-server. */
const withServer = LLAMA_SERVER === undefined ? test.serial.skip : test.serial;

/** The real llama-server behind a script. */
function wrapped(name: string, script: string): string {
	const path = join(folder, name);
	writeFileSync(path, `#!/bin/sh\n${script}\nexec "${LLAMA_SERVER}" "$@"\n`);
	chmodSync(path, 0o755);
	return path;
}

withServer(
	"a model that llama-server refuses is an error with its telling line, and no process is left",
	async (t) => {
		const bytes = readFileSync(await writeCycle(join(folder, "cycle.gguf")));
		const model = join(folder, "renamed.gguf");
		const name = "blk.0.attn_output.weight";
		bytes.write(name.replace("output", "outpux"), bytes.indexOf(name));
		writeFileSync(model, bytes);
		const error = await t.throwsAsync(startEngine({ ...OPTIONS, model }), {
			instanceOf: EngineError,
			code: "ERR_ENGINE_LOAD",
		});
		t.true(
			error?.message.startsWith(`Cannot load model ${model}: tensor '${name}' not found`),
			error?.message,
		);

		// What the header's check does not know.
		const unknown = join(folder, "unknown.gguf");
		const renamed = Buffer.from(
			readFileSync(join(folder, "cycle.gguf"), "latin1").replaceAll("llama", "lxama"),
			"latin1",
		);
		writeFileSync(unknown, renamed);
		await t.throwsAsync(startEngine({ ...OPTIONS, model: unknown }), {
			code: "ERR_ENGINE_LOAD",
			message: `Cannot load model ${unknown}: unknown model architecture: 'lxama'`,
		});
		t.deepEqual(descendants(process.pid).filter(isEngine), []);
	},
);

withServer("an argument that llama-server does not know is named", async (t) => {
	const model = await writeCycle(join(folder, "cycle.gguf"));
	await t.throwsAsync(startEngine({ ...OPTIONS, model, engineArgs: ["--frobnicate"] }), {
		code: "ERR_ENGINE_LOAD",
		message:
			/^Cannot start llama-server \S+ with --engine-args --frobnicate: invalid argument: --frobnicate$/,
	});
	const error = await t.throwsAsync(startEngine({ ...OPTIONS, model, engineArgs: ["--temp", "warm"] }), {
		code: "ERR_ENGINE_LOAD",
	});
	t.regex(
		error?.message ?? "",
		/^Cannot start llama-server \S+ with --engine-args --temp warm: error while handling argument "--temp"/,
	);
});

withServer("--engine-args that contradict an option are refused, and the option named", async (t) => {
	const model = await writeCycle(join(folder, "cycle.gguf"));
	for (const [args, words] of [
		[["--parallel", "2"], /^Cannot pass --parallel to llama-server with --engine-args: use --inflight/],
		[["-c", "512"], /^Cannot pass -c to .*: use --ctx-size/],
		[["--temp", "1", "--model=x"], /^Cannot pass --model to .*: use --model$/],
		[["--port", "80"], /^Cannot pass --port to .*: each engine listens/],
		[["--api-key", "x"], /^Cannot pass --api-key to/],
		[["--embeddings"], /^Cannot pass --embeddings to/],
	] as const) {
		await t.throwsAsync(startEngine({ ...OPTIONS, model, engineArgs: args }), {
			...{ code: "ERR_ENGINE_LOAD", message: words },
		});
	}
	t.deepEqual(descendants(process.pid).filter(isEngine), []);
});

test.serial("the model is not blamed for a program or an argument", async (t) => {
	const model = await writeCycle(join(folder, "cycle.gguf"));
	const refusal = async (name: string, script: string, ...engineArgs: string[]) => {
		const llamaServer = join(folder, name);
		writeFileSync(llamaServer, `#!/bin/sh\n${script}\n`);
		chmodSync(llamaServer, 0o755);
		const error = await t.throwsAsync(startEngine({ ...OPTIONS, model, llamaServer, engineArgs }), {
			instanceOf: EngineError,
		});
		return [error?.code, error?.message.replace(llamaServer, "SERVER")];
	};
	const cannotRun = (why: string) => ["ERR_ENGINE_MISSING", `Cannot run llama-server SERVER: ${why}`];
	t.deepEqual(await refusal("silent", "exit 1"), cannotRun("it exited with code 1"));
	t.deepEqual(await refusal("other", "echo hello"), cannotRun("it exited with code 0"));
	t.deepEqual(await refusal("old-processor", "kill -ILL $$"), cannotRun("it was killed by SIGILL"));
	const value = 'error while handling argument "--top-k": stoi';
	t.deepEqual(await refusal("value", `echo '${value}' >&2; echo usage: >&2; exit 1`, "--top-k", "x"), [
		"ERR_ENGINE_LOAD",
		`Cannot start llama-server SERVER with --engine-args --top-k x: ${value}`,
	]);
});

withServer("options out of range are refused before a process is started", async (t) => {
	const model = await writeCycle(join(folder, "cycle.gguf"));
	for (const options of [{ slots: 257 }, { contextSize: 0 }, { threads: 1.5 }]) {
		await t.throwsAsync(startEngine({ ...OPTIONS, model, ...options }), { instanceOf: RangeError });
	}
	t.deepEqual(descendants(process.pid).filter(isEngine), []);
});

withServer("--engine-args reach llama-server", async (t) => {
	const model = await writeCycle(join(folder, "cycle.gguf"));
	const engine = await startEngine({ ...OPTIONS, model, engineArgs: ["--alias", "by another name"] });
	t.teardown(() => engine.close());
	const command = descendants(process.pid).find(({ pid }) => pid === engine.info.pid)?.command ?? "";
	t.regex(command, /--alias by another name$/);
	// No other user of the host may read the key, which stands in the environment alone.
	t.notRegex(command, /api-key/);
	t.regex(readFileSync(`/proc/${engine.info.pid}/environ`, "latin1"), /LLAMA_API_KEY=[\w-]{32}/);
});

withServer("an older llama-server, which refuses newer arguments, is started without them", async (t) => {
	const model = await writeCycle(join(folder, "cycle.gguf"));
	const llamaServer = wrapped(
		"older",
		`for word; do case $word in --cache-ram|--no-ui) echo "error: invalid argument: $word" >&2; exit 1;; esac; done`,
	);
	const engine = await startEngine({ ...OPTIONS, model, llamaServer });
	t.teardown(() => engine.close());
	t.is((await complete(engine, "x", { maxTokens: 2 })).text, "yz");
});

withServer("a llama-server that is killed while it loads is an error that names the signal", async (t) => {
	const model = await writeCycle(join(folder, "cycle.gguf"));
	const llamaServer = wrapped("aborting", `echo "GGML_ASSERT(false) failed" >&2; kill -ABRT $$`);
	await t.throwsAsync(startEngine({ ...OPTIONS, model, llamaServer }), {
		code: "ERR_ENGINE_DIED",
		message: `Cannot load model ${model}: the engine's process was killed by SIGABRT (GGML_ASSERT(false) failed)`,
	});
});

withServer("a llama-server that lacks a library cannot be run, and says which", async (t) => {
	const model = await writeCycle(join(folder, "cycle.gguf"));
	const llamaServer = wrapped(
		"unlinked",
		`echo "llama-server: error while loading shared libraries: libcudart.so.13: cannot open shared object file" >&2; exit 127`,
	);
	const error = await t.throwsAsync(startEngine({ ...OPTIONS, model, llamaServer }), {
		code: "ERR_ENGINE_MISSING",
	});
	t.regex(error?.message ?? "", /^Cannot run llama-server \S+unlinked: .*libcudart\.so\.13/);
});

withServer(
	"without memory for the context it is halved if nobody asked for it, else the numbers are told",
	async (t) => {
		const shape = { contextLength: 4096, layers: 64 };
		const model = await writeCycle(join(folder, "large.gguf"), { shape: { ...PRESETS.cycle, ...shape } });
		// Keys and values of all slots need 1 GiB with 4096 tokens each.
		// One arena: else malloc reserves more or less of the limit, as its threads happen to meet.
		const llamaServer = wrapped("limited", "export MALLOC_ARENA_MAX=1; ulimit -v 1000000");
		const { contextSize, ...free } = { ...OPTIONS, slots: 16, model, llamaServer };
		const engine = await startEngine(free);
		t.teardown(() => engine.close());
		t.true(engine.info.contextSize < 4096 && engine.info.contextSize >= 512, `${engine.info.contextSize}`);
		t.regex(
			engine.info.note ?? "",
			/^memory was short: 16 x \d+ tokens of context instead of 16 x 4096 tokens of context$/,
		);
		const error = await t.throwsAsync(startEngine({ ...free, contextSize: 4096 }), {
			code: "ERR_ENGINE_LOAD",
		});
		t.regex(
			error?.message ?? "",
			/^Cannot load model \S+large\.gguf: .+ \(out of memory with 16 x 4096 tokens of context, model 0\.0\d GiB: less context/,
		);
	},
);
