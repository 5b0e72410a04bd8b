import { execFile, spawn } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import test from "ava";
import { findSource } from "../../../src/llama/build-server/source.ts";
import { buildCommands } from "../../../src/llama/build-server/steps.ts";
import { temporaryFolder } from "../support/models.ts";

const BUILD = fileURLToPath(new URL("../../../src/llama/build-server/main.js", import.meta.url));
const folder = temporaryFolder();

interface Ended {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

function build(cache: string, args: readonly string[], path = process.env.PATH): Promise<Ended> {
	const env = { ...process.env, XDG_CACHE_HOME: join(folder, cache), PATH: path };
	return new Promise((resolve) => {
		const child = execFile(process.execPath, [BUILD, ...args], { env }, (_, stdout, stderr) => {
			resolve({ code: child.exitCode, stdout, stderr });
		});
	});
}

/** Something in the place of a finished build, which says that it runs. */
function finishedBuild(cache: string): string {
	const place = join(folder, cache, "tsmpi", `llama-server-${findSource().version}`);
	mkdirSync(place, { recursive: true });
	const binary = join(place, "llama-server");
	writeFileSync(binary, "#!/bin/sh\n");
	chmodSync(binary, 0o755);
	return binary;
}

test("build:llama-server names in one line what it cannot do", async (t) => {
	const cases: readonly (readonly [readonly string[], RegExp])[] = [
		[["--jobs", "0"], /Cannot use --jobs 0: it takes a whole number from 1 up/],
		[["--cuda-architectures", "90"], /Cannot use --cuda-architectures without --cuda/],
		[["--node-llama-cpp"], /Cannot use --node-llama-cpp without --cuda/],
		[["--cuda", "--cuda-architectures", "9.0"], /Cannot use --cuda-architectures 9\.0: it takes/],
		[["--frobnicate"], /Unknown option '--frobnicate'/],
	];
	for (const [args, message] of cases) {
		const { code, stdout, stderr } = await build("mistakes", args);
		t.is(code, 1);
		t.is(stdout, "");
		t.regex(stderr, message);
		t.regex(stderr, /^build:llama-server: [^\n]+\n$/, "one line");
	}
	const { code, stdout } = await build("mistakes", ["--help"]);
	t.is(code, 0);
	t.regex(stdout, /^Usage: npm run build:llama-server -- \[options\]$/m);
});

test("build:llama-server says which tools are missing", async (t) => {
	const { code, stderr } = await build("tools", ["--cuda"], "/nowhere");
	t.is(code, 1);
	t.is(
		stderr,
		"build:llama-server: Cannot build llama-server: git, cmake, a C++ compiler, ninja or make, nvcc of the CUDA toolkit cannot be found; on Debian and Ubuntu: apt-get install git cmake g++ make\n",
	);
});

test("build:llama-server keeps what is there, and waits for another build", async (t) => {
	const binary = finishedBuild("kept");
	t.deepEqual(await build("kept", []), { code: 0, stdout: `${binary}\n`, stderr: "" });

	// Somebody else has the lock until their standard input ends.
	const lock = join(folder, "kept", "tsmpi", `llama-server-${findSource().version}.lock`);
	const holder = spawn("flock", [lock, "sh", "-c", "echo locked; cat"], {
		stdio: ["pipe", "pipe", "ignore"],
	});
	t.teardown(() => holder.kill("SIGKILL"));
	for await (const line of createInterface(holder.stdout)) if (line === "locked") break;
	const env = { ...process.env, XDG_CACHE_HOME: join(folder, "kept") };
	const waiting = spawn(process.execPath, [BUILD], { env, stdio: ["ignore", "pipe", "pipe"] });
	t.teardown(() => waiting.kill("SIGKILL"));
	for await (const line of createInterface(waiting.stderr)) {
		t.is(line, "Another build is under way: waiting for it");
		break;
	}
	t.is(waiting.exitCode, null);
	holder.stdin.end();
	const lines: string[] = [];
	for await (const line of createInterface(waiting.stdout)) lines.push(line);
	t.deepEqual(lines, [binary]);
});

test("buildCommands() builds one program for the processor, and backends apart for CUDA", (t) => {
	const plan = {
		portable: false,
		jobs: 3,
		ninja: false,
		cuda: false,
		tools: false,
		architectures: undefined,
	};
	const commands = (changes: Partial<Parameters<typeof buildCommands>[2]>) =>
		buildCommands("/b", "/w", { ...plan, ...changes }).map((words) => words.join(" "));
	const [clone, configure, compile] = commands({});
	t.regex(clone ?? "", /^git .*clone --quiet \/b \/w\/source$/);
	t.regex(configure ?? "", /-DBUILD_SHARED_LIBS=OFF -DGGML_NATIVE=ON$/);
	t.is(compile, "cmake --build /w/build --target llama-server --parallel 3");
	t.regex(
		commands({ tools: true })[2] ?? "",
		/ --target llama-server llama-quantize llama-bench llama-batched-bench /,
	);
	t.regex(commands({ portable: true, ninja: true })[1] ?? "", /-G Ninja .*-DGGML_NATIVE=OFF$/);
	t.regex(
		commands({ cuda: true, architectures: "80;90" })[1] ?? "",
		/-DGGML_BACKEND_DL=ON .*-DGGML_CUDA=ON .*-DCMAKE_CUDA_ARCHITECTURES=80;90$/,
	);
});
