import { randomBytes } from "node:crypto";
import { lstat, mkdir, rename, rm, stat } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { checkArgument, oneOf } from "../../../base/check-types.ts";
import { cacheFolder } from "../../../base/host/cache-folder.ts";
import { JobError, reasonOf } from "../../errors.ts";
import { PRESETS, type PresetName } from "./presets.ts";
import { writeDemoModel } from "./write.ts";

/** Part of the file's name: to be raised whenever the bytes that are written change. */
const REVISION = 1;

/** How the demo model is called in a report. */
export const DEMO_MODEL_LABEL = "tsmpi-demo-tiny";

/** What must be said wherever text of such a model is shown. */
export const DEMO_MODEL_NOTE = "demo model, random weights: the text means nothing; use --model FILE.gguf";

/**
 * Path of one of the project's own models, written on first use into the user's cache folder, or into the system's
 * temporary folder where that cannot be written. Any number of processes may ask at the same time.
 *
 * @throws {JobError} neither folder can be written.
 * @throws {ArgumentError} ERR_ARG: there is no such preset.
 */
export async function ensureDemoModel(preset: PresetName = "tiny"): Promise<string> {
	checkArgument("make a demo model", "its name", preset, oneOf(...Object.keys(PRESETS)));
	const name = `demo-${preset}-${REVISION}.gguf`;
	const failures: string[] = [];
	for (const folder of [cacheFolder(), temporaryFolder]) {
		try {
			return await ensureIn(typeof folder === "string" ? folder : await folder(), name, preset);
		} catch (error) {
			failures.push(reasonOf(error));
		}
	}
	throw new JobError(`Cannot write the demo model: ${failures.join("; ")}`);
}

async function ensureIn(folder: string, name: string, preset: PresetName): Promise<string> {
	const path = join(folder, name);
	const found = await stat(path).catch(() => undefined);
	if (found?.isFile()) return path;
	await mkdir(folder, { recursive: true });
	// Renaming is atomic: nobody ever sees half a file, and two writers write the same bytes.
	const partial = join(folder, `.${name}.${process.pid}-${randomBytes(4).toString("hex")}`);
	try {
		await writeDemoModel(partial, preset);
		await rename(partial, path);
	} finally {
		await rm(partial, { force: true });
	}
	return path;
}

/** A folder of this user alone, since others may write to the temporary folder too. */
async function temporaryFolder(): Promise<string> {
	const { uid } = userInfo();
	const folder = join(tmpdir(), `tsmpi-${uid}`);
	await mkdir(folder, { recursive: true, mode: 0o700 });
	const stats = await lstat(folder);
	if (!stats.isDirectory() || (uid >= 0 && stats.uid !== uid))
		throw new Error(`${folder} belongs to someone else`);
	return folder;
}
