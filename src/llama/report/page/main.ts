import { element } from "../../page/dom.ts";
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
