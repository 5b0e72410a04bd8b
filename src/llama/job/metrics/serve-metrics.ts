import {
	checkArgument,
	checkOptions,
	integerFrom,
	type Kinds,
	MPI,
	TEXT,
} from "../../../base/check-types.ts";
import type { Mpi } from "../../../index.ts";
import type { BatchWatch } from "../../batch/watch.ts";
import { atRoot } from "../process/together.ts";
import { BatchMetrics } from "./batch-metrics.ts";
import { listenForScrapes } from "./listen.ts";

/** Where and what to serve. */
export interface ServeMetricsOptions {
	/** From 0, which takes a free one, to 65535. @default no metrics are served */
	readonly port?: number | undefined;
	/** The address to listen on. @default "127.0.0.1" */
	readonly host?: string | undefined;
	/** What the metrics call the model. @default "" */
	readonly model?: string | undefined;
}

/** The metrics of a job, while it runs. */
export interface JobMetrics {
	/** Where they are: "http://127.0.0.1:9100/metrics". */
	readonly url: string;
	/** For `runBatch`. */
	readonly watch: BatchWatch;
	/** Serves them no more. */
	close(): Promise<void>;
}

const OPTIONS: Kinds<ServeMetricsOptions> = { port: integerFrom(0, 65_535), host: TEXT, model: TEXT };

/**
 * Serves the metrics of a job in Prometheus' format while it runs, on rank 0, which says on stderr where. Collective.
 *
 * @returns on rank 0 what to give to `runBatch` and to close in the end; undefined elsewhere, and without a port.
 * @throws {JobError} on every rank, if rank 0 cannot listen there.
 */
export async function serveMetrics(
	mpi: Pick<Mpi, "world">,
	options: ServeMetricsOptions = {},
): Promise<JobMetrics | undefined> {
	checkArgument("serve metrics", "mpi", mpi, MPI);
	checkOptions("serve metrics", options, OPTIONS);
	const { port, host = "127.0.0.1", model = "" } = options;
	if (port === undefined) return undefined;
	return await atRoot(mpi.world, async () => {
		const metrics: BatchMetrics = new BatchMetrics({ model, connections: () => listener.connections });
		const listener = await listenForScrapes({ host, port }, () => metrics.render());
		process.stderr.write(`metrics on ${listener.url}\n`);
		return {
			url: listener.url,
			watch: metrics,
			close: async () => {
				metrics.close();
				await listener.close();
			},
		};
	});
}
