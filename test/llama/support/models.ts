import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { PRESETS } from "../../../src/llama/model/demo/presets.ts";
import { buildVocabulary, CHAT_TEMPLATE, type Vocabulary } from "../../../src/llama/model/demo/vocabulary.ts";
import { type ModelDescription, writeModel } from "../../../src/llama/model/demo/write.ts";

/** A folder for a test file's own files, gone after its last test. To be called where tests are declared. */
export function temporaryFolder(): string {
	const folder = mkdtempSync(join(tmpdir(), "tsmpi-test-"));
	test.after.always(() => rmSync(folder, { recursive: true, force: true }));
	return folder;
}

/** Writes a model like the preset "cycle", with what is given changed, and returns its path. */
export async function writeCycle(path: string, changes: Partial<ModelDescription> = {}): Promise<string> {
	await writeModel(path, {
		name: "test",
		shape: PRESETS.cycle,
		vocabulary: buildVocabulary("byte"),
		template: CHAT_TEMPLATE,
		...changes,
	});
	return path;
}

/** A vocabulary whose cycle goes round the bytes of a text and nothing else. No byte may occur twice, one must be "a". */
export function bytesOf(text: string): Vocabulary {
	const vocabulary = buildVocabulary("byte");
	const printable = [...Buffer.from(text)].map((byte) =>
		byte === 0x61
			? vocabulary.texts.indexOf("a")
			: vocabulary.texts.indexOf(`<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`),
	);
	return { ...vocabulary, printable };
}
