import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { withLab } from "./support/with-lab.ts";

/** Rank programs, which assert what they see: a job is right if it ends with 0 and has nothing to say. */
const folder = fileURLToPath(new URL("../ranks/", import.meta.url));
const programs = readdirSync(folder).filter((name) => name.endsWith(".js"));
const labTest = withLab(3);

for (const program of programs) {
	labTest(`${program.replace(".js", "")} on 2 ranks of each of 3 hosts`, async (t, lab) => {
		const result = await lab.run(t, ["-H", "node1:2,node2:2,node3:2", `${folder}${program}`]);
		t.like(result, { code: 0, signal: null, stdout: "", stderr: "" });
	});
}
