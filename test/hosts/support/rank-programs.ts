import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { LabTest } from "./with-lab.ts";

/** Rank programs, which assert what they see: a job is right if it ends with 0 and has nothing to say. */
const folder = fileURLToPath(new URL("../../ranks/", import.meta.url));
const programs = readdirSync(folder).filter((name) => name.endsWith(".js"));

/** Declares a test for each rank program, on 2 ranks of each of 3 hosts. */
export function declareRankPrograms(labTest: LabTest, where: string, timeoutMs = 60_000): void {
	for (const program of programs) {
		labTest(`${program.replace(".js", "")} on 2 ranks of each of 3 hosts${where}`, async (t, lab) => {
			// Quiet: that a busy machine takes long to answer is no failure.
			const words = ["--quiet", "-H", "node1:2,node2:2,node3:2", `${folder}${program}`];
			const result = await lab.run(t, words, { timeoutMs });
			t.like(result, { code: 0, signal: null, stdout: "", stderr: "" });
		});
	}
}
