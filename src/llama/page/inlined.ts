import { readFile } from "node:fs/promises";
import { ownFolder } from "../../base/own-folder.ts";

/** What the build has bundled for a page, fit to stand in its script and style elements. */
export interface Inlined {
	readonly script: string;
	readonly style: string;
}

/** Reads the script and the style of a page. */
export async function inlined(page: "report" | "gateway"): Promise<Inlined> {
	const read = (name: string) => readFile(new URL(`llama/page/inlined/${name}`, ownFolder), "utf8");
	const [script, style] = await Promise.all([read(`${page}.js`), read(`${page}.css`)]);
	return { script: script.replaceAll("</script", "<\\/script"), style };
}
