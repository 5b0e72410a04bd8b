import { text } from "node:stream/consumers";
import { request, type Target } from "./client.ts";

/** `name 1.5`, or `name{labels} 1.5`: what a page in Prometheus' format has besides comments. */
const LINE = /^([a-zA-Z_:][\w:]*(?:\{[^}]*\})?) (\S+)$/gm;

/** What a llama.cpp server says of itself, by name and labels as it writes them. */
export async function readFigures(target: Target, signal: AbortSignal): Promise<Record<string, number>> {
	const { body } = await request(target, "/metrics", { signal });
	return parseFigures(await text(body));
}

/** Reads a page in Prometheus' format; what has no finite value is left out. */
export function parseFigures(page: string): Record<string, number> {
	const figures = [...page.matchAll(LINE)].map(([, name = "", value]) => [name, Number(value)] as const);
	return Object.fromEntries(figures.filter(([, value]) => Number.isFinite(value)));
}
