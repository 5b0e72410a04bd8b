import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { ExecutionContext } from "ava";

/** Whether a Prometheus is on this machine. */
export const HAS_PROMETHEUS = ["prometheus", "promtool"].every((name) =>
	(process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, name))),
);

/** Runs promtool; its exit code and all that it printed. */
export function promtool(
	args: readonly string[],
	input = "",
): Promise<{ readonly code: number; readonly text: string }> {
	return new Promise((resolve) => {
		const child = execFile("promtool", [...args], { timeout: 30_000 }, (error, stdout, stderr) =>
			resolve({ code: error === null ? 0 : Number(error.code ?? -1), text: stdout + stderr }),
		);
		child.stdin?.end(input);
	});
}

/** A series that a query found: its labels, and its newest value. */
export interface Found {
	readonly metric: Readonly<Record<string, string>>;
	readonly value: readonly [time: number, value: string];
}

/** A Prometheus that scrapes one target often. It ends with the test. */
export async function startPrometheus(
	t: ExecutionContext,
	target: string,
	rules: string,
): Promise<{ readonly query: (query: string) => Promise<readonly Found[]>; readonly url: string }> {
	const folder = mkdtempSync(join(tmpdir(), "tsmpi-prometheus-"));
	const port = await freePort();
	const config = {
		global: { scrape_interval: "200ms", evaluation_interval: "200ms" },
		rule_files: [rules],
		scrape_configs: [{ job_name: "tsmpi", static_configs: [{ targets: [target] }] }],
	};
	// JSON is YAML.
	writeFileSync(join(folder, "prometheus.yml"), JSON.stringify(config));
	const child = spawn(
		"prometheus",
		[
			...["--config.file", join(folder, "prometheus.yml"), "--storage.tsdb.path", join(folder, "data")],
			...["--web.listen-address", `127.0.0.1:${port}`],
		],
		{ stdio: ["ignore", "ignore", "pipe"] },
	);
	t.teardown(async () => {
		child.kill("SIGKILL");
		if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
		rmSync(folder, { recursive: true, force: true });
	});
	await ready(child);
	const url = `http://127.0.0.1:${port}`;
	const query = async (text: string) => {
		const answer = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query: text })}`);
		const { status, error, data } = (await answer.json()) as {
			status: string;
			error?: string;
			data?: { result: readonly Found[] };
		};
		if (status !== "success" || data === undefined) throw new Error(`${text}: ${error}`);
		return data.result;
	};
	return { query, url };
}

/** @throws when it ends without having become ready. */
function ready(child: ChildProcess): Promise<void> {
	return new Promise((resolve, reject) => {
		let log = "";
		child.stderr?.setEncoding("utf8").on("data", (text: string) => {
			log += text;
			if (log.includes("Server is ready to receive web requests")) resolve();
		});
		child.once("exit", () => reject(new Error(`prometheus ended: ${log}`)));
		child.once("error", reject);
	});
}

async function freePort(): Promise<number> {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	server.close();
	await once(server, "close");
	return typeof address === "object" ? (address?.port ?? 0) : 0;
}
