import { writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import test from "ava";
import { findHosts, type HostOptions } from "../../../launch/hosts/host-sources.ts";
import { workplace } from "../../support/workplace.ts";

const JOB = { SLURM_JOB_ID: "7", SLURM_JOB_NODELIST: "n[1-2]", SLURM_TASKS_PER_NODE: "2,1" };

function find(options: Partial<HostOptions>, env: Record<string, string> = {}) {
	const none = {
		hosts: undefined,
		hostfile: undefined,
		launcher: undefined,
		remote: { launchAgent: undefined },
	};
	const found = findHosts({ ...none, ...options }, env);
	if (found === undefined) return undefined;
	const hosts = found.hosts.map((host) => `${host.name}:${host.slots}${found.isRemote(host) ? "" : " here"}`);
	return `${found.launcher} ${hosts.join(" ")}`;
}

test("findHosts() takes --host before the hostfile of the environment before Slurm's allocation", (t) => {
	const { folder } = workplace(t);
	const file = join(folder, "hosts");
	writeFileSync(file, "x slots=3\n");
	const everything = { TSMPI_HOSTFILE: file, HYDRA_HOST_FILE: file, ...JOB };
	t.is(find({ hosts: "y,localhost" }, everything), "ssh y:1 localhost:1 here");
	t.is(find({ hostfile: file }, JOB), "ssh x:3");
	t.is(find({}, everything), "ssh x:3");
	t.is(find({}, { ...JOB, HYDRA_HOST_FILE: file }), "slurm n1:2 n2:1");
	t.is(find({}, { HYDRA_HOST_FILE: file }), "ssh x:3");
	t.is(find({}), undefined);
});

test("findHosts() takes nothing from the environment for --launcher local", (t) => {
	t.is(find({ launcher: "local" }, { TSMPI_HOSTFILE: "/no/such/file", ...JOB }), undefined);
	t.is(find({ launcher: "local", hosts: "localhost" }, JOB), "local localhost:1 here");
});

test("findHosts() uses Slurm for nodes of the allocation alone, unless told otherwise", (t) => {
	t.is(find({ hosts: "n1" }, JOB), "slurm n1:1");
	// Not more than Slurm has given.
	t.is(find({ hosts: "n1:4" }, JOB), "slurm n1:2");
	t.is(find({ hosts: "n2,other" }, JOB), "ssh n2:1 other:1");
	t.is(find({ launcher: "ssh" }, JOB), "ssh n1:2 n2:1");
	t.is(find({ remote: { launchAgent: "kubexec" } }, JOB), "ssh n1:2 n2:1");
	t.throws(() => find({ launcher: "slurm", hosts: "n2,other" }, JOB), {
		message: /^Cannot start ranks on host other by Slurm: job 7 has n\[1-2\]/,
	});
	t.throws(() => find({ launcher: "slurm" }), { message: /this is no allocation of Slurm/ });
});

test("findHosts() starts ranks itself only on the node whose script runs it", (t) => {
	const here = { ...JOB, SLURM_JOB_NODELIST: `${hostname()},n2` };
	// In salloc even this machine is reached by srun: what is not its child escapes Slurm's limits.
	t.is(find({}, here), `slurm ${hostname()}:2 n2:1`);
	t.is(find({}, { ...JOB, SLURMD_NODENAME: "n1" }), "slurm n1:2 here n2:1");
});
