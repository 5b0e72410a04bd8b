/**
 * A nested object of about this many bytes: half in one array, half in many small ones with names around them.
 * peers/osu.py makes the same.
 *
 * @param {number} bytes
 */
export function nested(bytes) {
	const rows = Math.max(1, Math.floor(bytes / 1024));
	return {
		name: "nested",
		data: new Float64Array(Math.floor(bytes / 16)),
		rows: Array.from({ length: rows }, (_, id) => ({
			id,
			tags: ["a", "b"],
			values: new Float64Array(Math.max(1, Math.floor(bytes / 16 / rows))),
		})),
	};
}

/**
 * Prompts of about 120 tokens that differ from their first character on, so that nobody finds anything in a cache.
 *
 * @param {number} count
 */
export function distinctPrompts(count) {
	const words = "north south east west river valley mountain harbour".split(" ");
	return Array.from({ length: count }, (_, index) => {
		const text = Array.from(
			{ length: 40 },
			(_, word) => words[(index * 7 + word * (index + 3)) % words.length],
		);
		return `${index} ${text.join(" ")}`;
	});
}
