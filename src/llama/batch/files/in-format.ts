/** What a file of requests can be said to be; any of them also as gzip or zstd. */
export const IN_FORMATS = ["jsonl", "json", "text", "csv", "tsv", "parquet"] as const;
/**
 * "jsonl": a JSON value on each line; "json": one array of them; "text": a prompt on each line; "csv" and "tsv": with a
 * header; "parquet".
 */
export type InFormat = (typeof IN_FORMATS)[number];
