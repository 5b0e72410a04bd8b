/** Rank 1 leaves in the way that the arguments say, while all others wait for it. */
import { init } from "tsmpi";

const [how = "", value = "0"] = process.argv.slice(2);
const mpi = await init();
const { world } = mpi;
if (world.rank !== 1) await world.recv({ source: 1, tag: 3 });
else if (how === "abort") await mpi.abort(Number(value), "had enough");
else if (how === "throw") throw new TypeError("went wrong");
else if (how === "reject") void Promise.reject(new RangeError("nobody listens"));
else if (how === "exit") process.exit(Number(value));
else if (how === "exit-waiting") {
	void world.recv({ source: 0, tag: 5 });
	setImmediate(() => process.exit(Number(value)));
} else if (how === "kill") process.kill(process.pid, "SIGKILL");
else if (how === "return") process.exitCode = Number(value);
