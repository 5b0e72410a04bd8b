import type { PageData } from "../page-data.ts";
import { showLatency } from "./latency.ts";
import { showThroughput } from "./throughput.ts";
import { showTimeline } from "./timeline.ts";

const data = JSON.parse(document.getElementById("data")?.textContent ?? "") as PageData;
showLatency(data, element("latency"), element("quantities"));
showTimeline(data, element("timeline"));
showThroughput(data, element("throughput"));
// For those who wait until everything is drawn.
document.body.dataset.drawn = "true";

function element(id: string): HTMLElement {
	const found = document.getElementById(id);
	if (found === null) throw new Error(`There is no element ${id}`);
	return found;
}
