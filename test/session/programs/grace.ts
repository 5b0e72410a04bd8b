/** Asks for time to finish, in all ways that are right and wrong. Nothing but the answer keeps the program alive. */
import { init } from "tsmpi";

const mpi = await init();
for (const seconds of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 86_400.1, "30", undefined]) {
	await mpi.grace(seconds as number).catch(({ code, message }) => console.log(`${code}: ${message}`));
}
await mpi.grace(0.001);
await Promise.all([mpi.grace(86_400), mpi.grace(1)]);
console.log("noted");
// The rank leaves the job with a question on its way, and asks again when it has left.
const late = mpi.grace(5);
const left = mpi.finalize();
await Promise.all([late, mpi.grace(6), left]);
await mpi.grace(7);
console.log("left");
