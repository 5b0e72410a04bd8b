import { type Comm, SUM } from "../../../index.ts";
import { readApiKey } from "../../engine/endpoint/api-key.ts";
import { DownEndpoint } from "../../engine/endpoint/down.ts";
import type { Engine } from "../../engine/engine.ts";
import { StatusError } from "../../engine/http/client.ts";
import { EngineError } from "../../errors.ts";
import { everywhere } from "../process/together.ts";

/** What is used of the options of `startEngines`. */
export interface RemoteOptions {
	readonly model?: string | undefined;
	readonly slots?: number | undefined;
	readonly apiKey?: string | undefined;
	readonly apiKeyFile?: string | undefined;
}

/** @throws {EngineError} the endpoint does not answer, or refuses. */
export async function connectRemote(options: RemoteOptions, endpoint: string): Promise<Engine> {
	const { connectEndpoint } = await import("../../engine/endpoint/engine.ts");
	const { model, slots, apiKey = await readApiKey(options.apiKeyFile) } = options;
	return await connectEndpoint({ endpoint, model, slots, apiKey });
}

/**
 * Connects this rank's endpoint. Collective. One that is down is no reason to give up while others live: its requests go
 * to them.
 *
 * @throws {JobError} on every rank: an endpoint refuses, or none answers.
 */
export async function connectRemotes(world: Comm, options: RemoteOptions, endpoint: string): Promise<Engine> {
	const work = async () => {
		try {
			return await connectRemote(options, endpoint);
		} catch (error) {
			if (!(error instanceof EngineError) || !isDown(error)) throw error;
			return new DownEndpoint(endpoint, options, error);
		}
	};
	const engine = await everywhere(world, work, (started) => started.close());
	const down = engine instanceof DownEndpoint ? engine : undefined;
	const living = await world.allreduce(down === undefined ? 1 : 0, { op: SUM });
	if (living > 0) {
		const others = "its requests go to the others";
		if (down !== undefined) process.stderr.write(`rank ${world.rank}: ${down.failure.message}: ${others}\n`);
		return engine;
	}
	return await everywhere(world, async () => {
		throw down?.failure.cause;
	});
}

/** Nothing answers; what answers with a refusal does so for a reason that somebody must hear of. */
function isDown({ code, cause }: EngineError): boolean {
	return (
		code === "ERR_ENDPOINT" && cause !== undefined && !(cause instanceof StatusError && cause.status < 500)
	);
}
