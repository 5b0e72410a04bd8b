import { randomBytes } from "node:crypto";
import { cpus } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { type ChildExit, exitText } from "../../../base/process/exit-text.ts";
import { isSystemError } from "../../../base/system-error.ts";
import { EngineError, reasonOf } from "../../errors.ts";
import type { EngineInfo } from "../engine.ts";
import { requestJson, type Target } from "../http/client.ts";
import { isTransient } from "../http/retry.ts";
import type { ServerProperties } from "../http/server-properties.ts";
import { saysOutOfMemory, tellingLine, tellsReason, wrongArgument } from "../llama-log.ts";
import { joinNotes } from "../notes.ts";
import { serverEnvironment } from "./environment.ts";
import type { ServerDevice } from "./gpus.ts";
import { offloadedLayers, templateError } from "./log.ts";
import { refusedArgument, type ServerPlan, serverArguments } from "./options.ts";
import { ServerProcess } from "./server-process.ts";

/** A server whose model is loaded. */
export interface LoadedServer {
	readonly plan: ServerPlan;
	readonly process: ServerProcess;
	readonly target: Target;
	readonly properties: ServerProperties;
	readonly devices: readonly ServerDevice[];
}

const KEY_BYTES = 24;
/** First and longest pause between two looks at a server that is loading. */
const POLL_MS = [10, 200] as const;

/** What earlier starts of the same server have shown. */
interface Attempts {
	/** Arguments that this llama-server does not know. */
	readonly refused?: readonly string[];
	/** Starts that ended without a reason in the log. */
	readonly silent?: number;
}

/** Starts that end without a reason before it is given up: on a busy host llama-server often loses the last lines of its log. */
const MOST_SILENT = 3;

/**
 * Starts a llama-server and waits until its model is loaded, however long that takes.
 *
 * @throws {EngineError} it ended instead, with its telling line: ERR_ENGINE_DIED by a signal, ERR_ENGINE_MISSING if it
 *   cannot be run at all, else ERR_ENGINE_LOAD.
 */
export async function loadServer(
	plan: ServerPlan,
	devices: readonly ServerDevice[],
	{ refused = [], silent = 0 }: Attempts = {},
): Promise<LoadedServer> {
	const apiKey = randomBytes(KEY_BYTES).toString("base64url");
	const process = new ServerProcess(
		plan.binary,
		(socketPath) => serverArguments(plan, socketPath, refused),
		serverEnvironment(plan.gpu, apiKey),
	);
	const target: Target = { base: "http://localhost", socketPath: process.socketPath, apiKey };
	const ended = new AbortController();
	void process.exit.then((exit) => ended.abort(exit));
	try {
		await untilHealthy(target, ended.signal);
		const properties = (await requestJson(target, "/props", { signal: ended.signal })) as ServerProperties;
		return { plan, process, target, properties, devices };
	} catch (error) {
		if (!ended.signal.aborted) {
			await process.close();
			throw new EngineError("ERR_ENGINE_LOAD", `Cannot use llama-server ${plan.binary}: ${reasonOf(error)}`, {
				cause: error,
			});
		}
	}
	const exit = await process.exit;
	const { text } = process.log;
	const argument = refusedArgument(text);
	if (argument !== undefined && !refused.includes(argument)) {
		return loadServer(plan, devices, { refused: [...refused, argument], silent });
	}
	const badTemplate = templateError(text);
	if (badTemplate !== undefined && plan.badTemplate === undefined) {
		return loadServer({ ...plan, badTemplate }, devices, { refused, silent });
	}
	if (exit.code !== null && !tellsReason(text) && silent < MOST_SILENT) {
		return loadServer(plan, devices, { refused, silent: silent + 1 });
	}
	throw loadError(plan, exit, text);
}

async function untilHealthy(target: Target, ended: AbortSignal): Promise<void> {
	for (let pause: number = POLL_MS[0]; ; pause = Math.min(pause * 1.5, POLL_MS[1])) {
		ended.throwIfAborted();
		try {
			await requestJson(target, "/health", { signal: ended });
			return;
		} catch (error) {
			ended.throwIfAborted();
			// It still loads (503), does not listen yet, or is about to end.
			if (!isTransient(error) && !isSystemError(error)) throw error;
		}
		await delay(pause, undefined, { signal: ended });
	}
}

/** Exit codes of a shell and of the dynamic linker for a program that cannot be run at all. */
const CANNOT_RUN = [126, 127];
/** A processor without the instructions that it was built for. */
const NOT_FOR_THIS_PROCESSOR = "SIGILL";

/** Blames the model only where nothing says that it is the program, or an argument of the user's. */
function loadError(plan: ServerPlan, exit: ChildExit, log: string): EngineError {
	const { code, signal } = exit;
	const reason = tellingLine(log);
	if (signal === NOT_FOR_THIS_PROCESSOR || code === 0) {
		return cannotRun(plan, `it ${exitText(exit)}`);
	}
	if (signal === null && (code === null || CANNOT_RUN.includes(code) || reason === undefined)) {
		return cannotRun(plan, reason ?? `it ${exitText(exit)}`);
	}
	if (signal !== null) {
		const how = serverExitText(exit, log);
		return new EngineError(
			"ERR_ENGINE_DIED",
			`Cannot load model ${plan.model}: the engine's process ${how}`,
			{ outOfMemory: saysOutOfMemory(how) },
		);
	}
	const wrong = wrongArgument(log);
	if (wrong !== undefined) {
		const args = plan.engineArgs.length > 0 ? ` with --engine-args ${plan.engineArgs.join(" ")}` : "";
		return new EngineError("ERR_ENGINE_LOAD", `Cannot start llama-server ${plan.binary}${args}: ${wrong}`);
	}
	return new EngineError("ERR_ENGINE_LOAD", `Cannot load model ${plan.model}: ${reason}`, {
		outOfMemory: saysOutOfMemory(reason ?? ""),
	});
}

function cannotRun(plan: ServerPlan, why: string): EngineError {
	return new EngineError("ERR_ENGINE_MISSING", `Cannot run llama-server ${plan.binary}: ${why}`);
}

/** How a server's process ended, with its last words if they tell anything. */
export function serverExitText(exit: ChildExit, log: string): string {
	const words = /GGML_ASSERT|GGML_ABORT|CUDA error|out of memory|terminate called| E /.test(log)
		? tellingLine(log)
		: undefined;
	return words === undefined ? exitText(exit) : `${exitText(exit)} (${words})`;
}

/** What an engine on this server says about itself. */
export function serverInfo(loaded: LoadedServer, note?: string): EngineInfo {
	const { plan, properties, devices, process } = loaded;
	const device = plan.gpu === "cpu" ? undefined : devices[0];
	const most = (plan.layers ?? 0) + 1;
	const wanted = typeof plan.gpuLayers === "number" ? Math.min(plan.gpuLayers, most) : most;
	const gpuLayers = device === undefined ? 0 : (offloadedLayers(process.log.text) ?? wanted);
	const granted = properties.default_generation_settings?.n_ctx ?? plan.contextSize;
	const capped =
		granted < plan.contextSize
			? `the context has ${granted} tokens and not ${plan.contextSize}: the model was trained with no more`
			: undefined;
	const notes = joinNotes(note, capped);
	return {
		kind: "llama-server",
		version: properties.build_info ?? "unknown",
		device: device === undefined || gpuLayers === 0 ? "cpu" : kindOf(device.id),
		deviceName: (gpuLayers > 0 ? device?.name : undefined) ?? cpus()[0]?.model.trim() ?? "unknown processor",
		devices: gpuLayers > 0 ? devices.map(({ name }) => name) : [],
		gpuLayers,
		slots: plan.slots,
		contextSize: Math.min(plan.contextSize, granted),
		threads: plan.threads,
		model: plan.model,
		chatTemplate: plan.chatTemplate,
		...(process.pid === undefined ? {} : { pid: process.pid }),
		...(notes === undefined ? {} : { note: notes }),
	};
}

function kindOf(id: string): EngineInfo["device"] {
	const kinds = { CUDA: "cuda", Vulkan: "vulkan", Metal: "metal", MTL: "metal" } as const;
	return Object.entries(kinds).find(([start]) => id.startsWith(start))?.[1] ?? "unknown";
}
