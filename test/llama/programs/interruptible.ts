/** Says "ready", and "aborted by SIGINT" once it is interrupted, but never ends by itself. */
import { interruptible } from "tsmpi/llama";

const { signal, during } = interruptible();
signal.addEventListener("abort", () => console.log(`aborted by ${signal.reason}`));
await during(async () => {
	console.log("ready");
	await new Promise(() => setInterval(() => {}, 60_000));
});
