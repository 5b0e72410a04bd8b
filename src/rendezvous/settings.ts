import { MpiError } from "../base/errors.ts";
import { LONGEST_SECONDS, parseSeconds } from "../base/options/seconds.ts";
import { badSubnet } from "../network/addresses.ts";
import { readKeyFile } from "./key-file.ts";
import type { RendezvousSettings } from "./messages.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Time to wait for the other ranks without TSMPI_CONNECT_TIMEOUT, in seconds. */
const TIMEOUT_S = 300;

/** Reads what the environment says about a job without tsmpirun. Throws MpiError, ERR_OTHER. */
export function readSettings(env: Env): RendezvousSettings {
	const size = readNumber(env, ["TSMPI_SIZE", "SLURM_STEP_NUM_TASKS"], "the number of ranks", 1);
	const rank = readNumber(env, ["TSMPI_RANK", "JOB_COMPLETION_INDEX", "SLURM_PROCID"], "this rank", 0);
	if (rank.value >= size.value) {
		throw refused(
			`${rank.name}=${rank.value}`,
			`${size.name}=${size.value} gives ranks 0 to ${size.value - 1}`,
		);
	}
	const iface = env.TSMPI_IFACE;
	const bad = iface === undefined ? undefined : badSubnet(iface);
	if (bad !== undefined) throw refused(`TSMPI_IFACE=${iface}`, bad);
	return {
		rank: rank.value,
		size: size.value,
		...readAddress(env.TSMPI_RENDEZVOUS ?? ""),
		...readKeys(env),
		...(iface === undefined ? {} : { iface }),
		timeoutMs: readTimeout(env.TSMPI_CONNECT_TIMEOUT) * 1000,
	};
}

function readNumber(env: Env, names: readonly string[], what: string, least: number) {
	const name = names.find((candidate) => env[candidate] !== undefined);
	if (name === undefined) {
		const [first, ...others] = names;
		throw refused("TSMPI_RENDEZVOUS alone", `${what} is missing: set ${first} (or ${others.join(", ")})`);
	}
	const text = env[name] ?? "";
	if (!/^\d{1,9}$/.test(text) || Number(text) < least) {
		throw refused(`${name}=${text}`, `it takes a number from ${least} up`);
	}
	return { name, value: Number(text) };
}

function readAddress(text: string): { host: string; port: number } {
	const [, bracketed, plain, digits] = /^tcp:\/\/(?:\[([^\]]+)\]|([^:/]+)):(\d{1,5})$/.exec(text) ?? [];
	const [host, port] = [bracketed ?? plain, Number(digits)];
	if (host === undefined || !(port > 0 && port < 65536)) {
		throw refused(`TSMPI_RENDEZVOUS=${text}`, "it takes tcp://HOST:PORT, where rank 0 listens");
	}
	return { host, port };
}

function readKeys(env: Env): Pick<RendezvousSettings, "keys" | "keySource"> {
	const file = env.TSMPI_KEY_FILE;
	const insecure = env.TSMPI_INSECURE === "1";
	if (file !== undefined && !insecure) return { keys: readKeyFile(file), keySource: file };
	if (insecure) return { keySource: "TSMPI_INSECURE=1" };
	throw refused(
		"TSMPI_RENDEZVOUS alone",
		"set TSMPI_KEY_FILE to a file that tsmpirun --make-key has made, or TSMPI_INSECURE=1 on a network of your own",
	);
}

function readTimeout(text: string | undefined): number {
	if (text === undefined) return TIMEOUT_S;
	const seconds = parseSeconds(text);
	if (seconds === undefined || seconds === 0) {
		throw refused(`TSMPI_CONNECT_TIMEOUT=${text}`, `it takes seconds above 0, up to ${LONGEST_SECONDS}`);
	}
	return seconds;
}

function refused(what: string, why: string): MpiError {
	return new MpiError("ERR_OTHER", `Cannot join a job by ${what}: ${why}`);
}
