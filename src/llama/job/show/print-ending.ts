import type { Ending } from "../../batch/outcome.ts";

/** How a request ended, as one line. */
function formatEnding({ request, rank, answer, failure }: Ending): string {
	const where = rank === null ? "" : `[rank ${rank}] `;
	const text =
		failure !== undefined
			? `error: ${failure.message}`
			: answer?.kind === "generated"
				? answer.choices.map(({ text }) => JSON.stringify(text)).join(", ")
				: `${answer?.embeddings.length ?? 0} embeddings`;
	return `${where}${request.customId ?? "(no custom_id)"}: ${text}\n`;
}

/**
 * Prints how a request ended, on one line of stdout.
 *
 * @returns a promise while the reader of stdout is behind, as `onEnd` of `runBatch` may return it: nothing is handed out
 *   until it resolves.
 */
export function printEnding(ending: Ending): Promise<void> | undefined {
	if (process.stdout.write(formatEnding(ending))) return undefined;
	return new Promise((resolve) => process.stdout.once("drain", resolve));
}
