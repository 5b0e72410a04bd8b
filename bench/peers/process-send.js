import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** Node loses a large message now and then, when its length is split over two reads. */
const LOST_MS = 5000;

/** Node's own channel between a process and its child, with structured clone. An answer that is lost rejects. */
export function openProcessSend() {
	const child = fork(fileURLToPath(import.meta.url), {
		serialization: "advanced",
		env: { ...process.env, ECHO: "1" },
	});
	const answered = () => once(child, "message", { signal: AbortSignal.timeout(LOST_MS) });
	return {
		/** There and back. @param {Uint8Array} bytes */
		roundTrip: async (bytes) => {
			const answer = answered();
			child.send(bytes);
			await answer;
		},
		/** Many there, one back. @param {Uint8Array} bytes @param {number} count */
		window: async (bytes, count) => {
			const answer = answered();
			for (let i = 1; i < count; i++) child.send([bytes]);
			child.send(bytes);
			await answer;
		},
		close: () => child.disconnect(),
	};
}

if (process.env.ECHO === "1") {
	// A message wrapped in an array wants no answer.
	process.on("message", (message) => {
		if (!Array.isArray(message)) process.send?.(message);
	});
}
