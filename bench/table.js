/** Sizes of the OSU micro-benchmarks: powers of two. @param {number} last */
export function sizes(last) {
	const all = [];
	for (let size = 1; size <= last; size *= 2) all.push(size);
	return all;
}

/** The middle of several measurements. @param {number[]} values */
export function median(values) {
	return /** @type {number} */ ([...values].sort((a, b) => a - b)[values.length >> 1]);
}

/** Prints one line of a table; every column 14 wide. @param {readonly (string | number)[]} cells */
export function row(cells) {
	const text = cells.map((cell) => (typeof cell === "number" ? cell.toFixed(2) : cell));
	console.log(text.map((cell, i) => (i === 0 ? cell.padEnd(10) : cell.padStart(14))).join(""));
}

/** A ratio with three digits that count. @param {number} ratio */
export function times(ratio) {
	return `${ratio >= 100 ? ratio.toFixed(0) : ratio >= 10 ? ratio.toFixed(1) : ratio.toFixed(2)}x`;
}
