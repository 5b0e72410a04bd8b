import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { ExecutionContext } from "ava";
import OpenAI, { toFile } from "openai";
import { Gateway, type GatewayOptions } from "../../../../src/llama/gateway/core/gateway.ts";
import { SILENT } from "../../../../src/llama/gateway/core/watch.ts";
import { Storage } from "../../../../src/llama/gateway/files/storage.ts";
import { unknownModel } from "../../../../src/llama/gateway/routes/serving.ts";
import { storageRoutes } from "../../../../src/llama/gateway/routes/storage/routes.ts";
import { FakeReplica } from "../../support/replicas.ts";
import { type Served, serve } from "../http/support/serve.ts";

export const CHAT = "/v1/chat/completions";

/** How to build it. */
export interface StageOptions extends Pick<GatewayOptions, "maxQueue"> {
	/** @default a new folder */
	readonly dataDir?: string;
	/** @default 2 */
	readonly slots?: number;
	/** Every request is answered at once; else the test does it. @default true */
	readonly answers?: boolean;
	readonly strictModel?: boolean;
}

/** A server of files and batches over a rank that is none. */
export interface Stage {
	readonly served: Served;
	readonly client: OpenAI;
	readonly storage: Storage;
	readonly gateway: Gateway;
	readonly rank: FakeReplica;
	readonly dataDir: string;
	/** Lines for the operator. */
	readonly printed: string[];
	/** Bugs. */
	readonly bugs: unknown[];
	/** Ends it as a server ends. */
	close(): Promise<void>;
}

class QuickReplica extends FakeReplica {
	override order(orders: Parameters<FakeReplica["order"]>[0]): void {
		super.order(orders);
		setImmediate(() => this.answer(...orders.map(({ id }) => id)));
	}
}

export async function folder(t: ExecutionContext): Promise<string> {
	const path = await mkdtemp(join(tmpdir(), "tsmpi-files-"));
	t.teardown(() => rm(path, { recursive: true, force: true }));
	return path;
}

export async function stage(t: ExecutionContext, options: StageOptions = {}): Promise<Stage> {
	const { slots = 2, answers = true, strictModel = false, maxQueue } = options;
	const dataDir = options.dataDir ?? join(await folder(t), "data");
	const [printed, bugs]: [string[], unknown[]] = [[], []];
	const onError = (error: unknown) => bugs.push(error);
	const gateway = new Gateway({ maxQueue, watch: SILENT, onError });
	t.teardown(() => gateway.close());
	const print = (line: string) => printed.push(line);
	const storage = await Storage.open(dataDir, {
		...{ gateway, print, onError, model: () => "m" },
		defaults: () => ({ maxTokens: undefined, temperature: 1, seed: 1 }),
		refuseModel: (asked) => (strictModel ? unknownModel(asked, ["m"]) : undefined),
	});
	const rank = answers ? new QuickReplica(0, slots) : new FakeReplica(0, slots);
	gateway.join(rank);
	storage.begin();
	const served = await serve(t, storageRoutes({ storage, print }), { onError });
	const client = new OpenAI({ baseURL: `${served.url}/v1`, apiKey: "none", maxRetries: 0 });
	const close = async () => {
		await storage.close();
		await gateway.close();
	};
	t.teardown(close);
	return { served, client, storage, gateway, rank, dataDir, printed, bugs, close };
}

/** A line of a batch file. */
export function line(id: string, fields: object = {}, body: object = {}): string {
	return JSON.stringify({
		...{ custom_id: id, method: "POST", url: CHAT },
		body: { model: "m", messages: [{ role: "user", content: `I am ${id}` }], max_tokens: 4, ...body },
		...fields,
	});
}

/** So many lines that can be run. */
export function lines(count: number, body: object = {}): string[] {
	return Array.from({ length: count }, (_, index) => line(`r${index}`, {}, body));
}

export async function upload(client: OpenAI, text: string | readonly string[], purpose = "batch") {
	const bytes = typeof text === "string" ? text : `${text.join("\n")}\n`;
	const file = await toFile(Buffer.from(bytes), "in.jsonl");
	return await client.files.create({ file, purpose: purpose as "batch" });
}

export async function begin(client: OpenAI, text: string | readonly string[], fields: object = {}) {
	const { id } = await upload(client, text);
	return await client.batches.create({
		...{ input_file_id: id, endpoint: CHAT, completion_window: "24h" },
		...fields,
	});
}

const OVER = ["completed", "failed", "expired", "cancelled"];

/** Asks for a batch, as its clients do, until it is as wanted; by default over. */
export async function batchWhen(
	client: OpenAI,
	id: string,
	isThere: (batch: OpenAI.Batch) => boolean = ({ status }) => OVER.includes(status),
): Promise<OpenAI.Batch> {
	const late = performance.now() + 60_000;
	for (;;) {
		const batch = await client.batches.retrieve(id);
		if (isThere(batch)) return batch;
		if (performance.now() > late) throw new Error(`The batch is still ${JSON.stringify(batch)}`);
		await delay(20);
	}
}

/** An output line. */
export interface OutputLine {
	readonly id: string;
	readonly custom_id: string | null;
	readonly response: { readonly status_code: number; readonly body: unknown } | null;
	readonly error: { readonly code: string } | null;
}

/** The lines of a file of answers. */
export async function outputOf(client: OpenAI, id: string | null | undefined): Promise<OutputLine[]> {
	if (id === null || id === undefined) return [];
	const text = await (await client.files.content(id)).text();
	return text
		.trimEnd()
		.split("\n")
		.map((each) => JSON.parse(each) as OutputLine);
}

/** Resolves once it is so; looks after each turn. */
export async function until(isSo: () => boolean): Promise<void> {
	const late = performance.now() + 20_000;
	while (!isSo()) {
		if (performance.now() > late) throw new Error(`It never was: ${isSo}`);
		await new Promise((resolve) => setImmediate(resolve));
	}
}
