/** How far a download is, in bytes. */
export interface Status {
	readonly totalSize: number;
	readonly downloadedSize: number;
}

/** Between two lines about a download lies at least this time, or its end. */
const PAUSE_MS = 10_000;

/** Tells of a download in few lines: its begin, then every ten seconds. */
export function progressLines(
	what: string,
	say: (line: string) => void,
	now: () => number = () => performance.now(),
): (status: Status) => void {
	let last: number | undefined;
	return ({ totalSize, downloadedSize }) => {
		if (last !== undefined && now() - last < PAUSE_MS) return;
		last = now();
		const part = totalSize > 0 ? `, ${Math.floor((downloadedSize / totalSize) * 100)} %` : "";
		say(`downloading ${what}: ${size(downloadedSize)} of ${size(totalSize)}${part}`);
	};
}

/** Bytes for a reader. */
export function size(bytes: number): string {
	return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
