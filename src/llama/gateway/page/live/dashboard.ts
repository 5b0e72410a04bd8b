import type { Client } from "../common/client.ts";
import { Charts } from "./charts.ts";
import { figures } from "./figures.ts";
import { showModel, showState, showUptime } from "./head.ts";
import { History } from "./history.ts";
import { poll } from "./poll.ts";
import { RankTable } from "./ranks.ts";
import { type Props, type Reading, read } from "./reading.ts";
import { showTiles } from "./tiles.ts";

/** What the rest of the page hears of. */
export interface DashboardListener {
	/** The server asks for a key, or takes the one that it got. */
	onLock(locked: boolean): void;
	onProps(props: Props): void;
}

/**
 * Shows what the server does, for as long as the page is there.
 *
 * @returns Looks at once.
 */
export function showDashboard(client: Client, listener: DashboardListener): () => void {
	const history = new History();
	const charts = new Charts();
	const table = new RankTable();
	const show = ({ state, serverTime, scrape, slots, props }: Reading): void => {
		showState(state);
		if (props !== undefined) {
			showModel(props.model_alias);
			listener.onProps(props);
		}
		if (scrape !== undefined) {
			if (history.add(scrape)) charts.clear();
			const now = figures(history);
			showTiles(now);
			if (now !== undefined) charts.add(now, scrape.at);
			showUptime(now?.started === undefined ? undefined : serverTime - now.started);
		}
		if (props !== undefined && slots !== undefined) table.show(props, slots, history);
	};
	return poll(async () => {
		const reading = await read(client).catch(() => undefined);
		if (reading !== undefined) listener.onLock(reading === "locked");
		if (reading === undefined) showState("gone");
		else if (reading === "locked") showState("locked");
		else show(reading);
		document.body.dataset.looked = String(Number(document.body.dataset.looked ?? 0) + 1);
		return reading !== undefined;
	});
}
