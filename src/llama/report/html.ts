import type { RankStatistics } from "../stats/recorder.ts";
import type { Report } from "../stats/report.ts";

export async function htmlReport(_report: Report, _statistics: readonly RankStatistics[]): Promise<string> {
	return "";
}
