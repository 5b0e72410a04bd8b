/** How a rank dies, for the programs of these tests. */
import assert from "node:assert/strict";
import { MpiError, ProcessFailedError } from "tsmpi";

export type Way = "kill" | "exit" | "throw";

/** Ends this process; does not return. */
export async function die(way: Way): Promise<never> {
	if (way === "exit") process.exit(3);
	if (way === "throw") throw new Error("this rank dies");
	process.kill(process.pid, "SIGKILL");
	return await new Promise(() => undefined);
}

/** The operation rejects because a rank has died that way. */
export async function failsWith(operation: Promise<unknown>, rank: number, way: Way): Promise<void> {
	await assert.rejects(operation, (error: unknown) => {
		assert.ok(error instanceof ProcessFailedError, `${error}`);
		assert.equal(error.code, "ERR_PROC_FAILED");
		const exitCode = { kill: undefined, exit: 3, throw: 1 }[way];
		const signal = way === "kill" ? "SIGKILL" : undefined;
		assert.deepEqual([error.rank, error.exitCode, error.signal], [rank, exitCode, signal]);
		const cause = way === "kill" ? "was killed by SIGKILL" : `exited with code ${exitCode}`;
		assert.ok(error.message.endsWith(`: rank ${rank} ${cause}`), error.message);
		return true;
	});
}

/** The operation rejects because its communicator has been revoked. */
export async function isRevoked(operation: Promise<unknown>): Promise<void> {
	await assert.rejects(operation, (error: unknown) => {
		assert.ok(error instanceof MpiError, `${error}`);
		assert.equal(error.code, "ERR_REVOKED", error.message);
		return true;
	});
}
