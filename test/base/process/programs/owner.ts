/** Starts a process in a group of its own, under guard, and stays. Prints its pid. Arguments: folder, mark. */
import { spawn } from "node:child_process";
import { Guard } from "../../../../src/base/process/guard.ts";

const [folder = "", mark = ""] = process.argv.slice(2);
const guard = new Guard({
	name: "tsmpi-test-guard",
	folder,
	graceTenths: 0,
	...(mark === "" ? {} : { mark }),
});
const child = spawn("sleep", ["1000"], { detached: true, stdio: "ignore" });
guard.watch(child.pid ?? 0);
console.log(child.pid);
setInterval(() => {}, 60_000);
