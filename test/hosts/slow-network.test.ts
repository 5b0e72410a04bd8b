import { declareRankPrograms } from "./support/rank-programs.ts";
import { withLab } from "./support/with-lab.ts";

/** One of the hosts is 20 ms away, there and back, and one packet in a hundred is lost on the way to it and from it. */
const labTest = withLab(3, {
	// Most of the time they wait for packets.
	atOnce: 4,
	prepare: (lab) => lab.hosts("impair", "node2", "delay", "10", "loss", "1"),
});

declareRankPrograms(labTest, ", one of them far away", 110_000);
