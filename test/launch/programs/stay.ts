/**
 * Joins the job, says "rank R pid P", and stays. Arguments, in any order: `deaf` ignores the signals that end a job,
 * `tell` prints the signals that come.
 */
import { init } from "tsmpi";

const words = new Set(process.argv.slice(2));
const { world } = await init();
const say = (text: string) => console.log(`rank ${world.rank} ${text}`);
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
	if (words.has("deaf")) process.on(signal, () => say(`ignores ${signal}`));
}
for (const signal of ["SIGUSR1", "SIGUSR2", "SIGCONT"] as const) {
	if (words.has("tell")) process.on(signal, () => say(`got ${signal}`));
}
setInterval(() => {}, 60_000);
say(`pid ${process.pid} of ${process.ppid}`);
