/** What can be told from a file's first bytes. */
interface Magic {
	readonly bytes: string | readonly number[];
	readonly at?: number;
	/** What it is. */
	readonly name: string;
	/** What to do about it. */
	readonly advice: string;
}

const SAVE_AS_CSV = "save it as CSV, or unpack it";

const MAGICS: readonly Magic[] = [
	{ bytes: "PK\x03\x04", name: "a ZIP archive or an Office file (xlsx)", advice: SAVE_AS_CSV },
	{ bytes: "%PDF", name: "a PDF", advice: "take its text out, for example with pdftotext" },
	{ bytes: "BZh", name: "bzip2", advice: "unpack it with bunzip2; gzip and zstd are read as they are" },
	{
		bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0],
		name: "xz",
		advice: "unpack it with unxz; gzip and zstd are read as they are",
	},
	{ bytes: [0x04, 0x22, 0x4d, 0x18], name: "lz4", advice: "unpack it with unlz4" },
	{ bytes: [0x37, 0x7a, 0xbc, 0xaf], name: "a 7z archive", advice: "unpack it" },
	{ bytes: "ustar", at: 257, name: "a tar archive", advice: "unpack it, and give one of its files" },
	{ bytes: "ARROW1", name: "an Arrow file", advice: "write it as Parquet, CSV or JSON lines" },
	{ bytes: [0xff, 0xff, 0xff, 0xff], name: "an Arrow stream", advice: "write it as Parquet or JSON lines" },
	{ bytes: "Obj\x01", name: "an Avro file", advice: "write it as Parquet or JSON lines" },
	{ bytes: "ORC", name: "an ORC file", advice: "write it as Parquet or JSON lines" },
	{ bytes: "SQLite format 3", name: "an SQLite database", advice: "export a table of it as CSV" },
	{ bytes: "\x89HDF", name: "an HDF5 file", advice: "write it as Parquet or JSON lines" },
	{ bytes: "\x93NUMPY", name: "a NumPy array", advice: "write it as JSON lines" },
	{ bytes: "GGUF", name: "a GGUF model", advice: "that is for --model" },
	{ bytes: [0xd0, 0xcf, 0x11, 0xe0], name: "an old Office file (xls)", advice: SAVE_AS_CSV },
	{ bytes: [0xff, 0xfe, 0, 0], name: "UTF-32 text", advice: "iconv -f UTF-32 -t UTF-8 FILE > NEW" },
	{ bytes: [0xff, 0xfe], name: "UTF-16 text", advice: "iconv -f UTF-16 -t UTF-8 FILE > NEW" },
	{ bytes: [0xfe, 0xff], name: "UTF-16 text", advice: "iconv -f UTF-16 -t UTF-8 FILE > NEW" },
];

/** What the beginning of a file is, if that is nothing that can be read: "xz: unpack it". */
export function whatItIs(head: Buffer): string | undefined {
	const found = MAGICS.find(({ bytes, at = 0 }) => {
		const magic = typeof bytes === "string" ? Buffer.from(bytes, "latin1") : Buffer.from(bytes);
		// "ORC" and "BZh" may begin a text, too.
		const isText = magic.length < 4 && magic.every((byte) => byte < 0x80) && !head.includes(0);
		return !isText && head.subarray(at, at + magic.length).equals(magic);
	});
	if (found !== undefined) return `it is ${found.name}: ${found.advice}`;
	const zero = head.indexOf(0);
	if (zero < 0) return undefined;
	const order = utf16Order(head);
	if (order !== undefined) {
		return `it is UTF-16 text: iconv -f UTF-16${order} -t UTF-8 FILE > NEW`;
	}
	return `it is no text (byte ${zero + 1} is NUL): text, JSON lines, a JSON array, CSV, TSV and Parquet are read`;
}

/** ASCII in UTF-16 has a zero in every second byte. */
function utf16Order(head: Buffer): "LE" | "BE" | undefined {
	const zeros = [0, 0];
	for (const [index, byte] of head.entries()) if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
	const [even = 0, odd = 0] = zeros;
	const many = head.length / 4;
	if (odd > many && even * 8 < odd) return "LE";
	return even > many && odd * 8 < even ? "BE" : undefined;
}
