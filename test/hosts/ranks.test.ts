import { declareRankPrograms } from "./support/rank-programs.ts";
import { withLab } from "./support/with-lab.ts";

declareRankPrograms(withLab(3, { atOnce: 2 }), "");
