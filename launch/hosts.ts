import { LaunchError } from "../src/errors.ts";
import { nearest } from "../src/nearest.ts";

/** A host of the job as its hostfile or --host gives it. */
export interface Host {
	/** As written; never shortened, whatever dots it has. */
	readonly name: string;
	/** Ranks that it takes without oversubscribing. */
	readonly slots: number;
	/** Ranks that it takes at most, oversubscribed or not. */
	readonly maxSlots?: number;
	readonly user?: string;
	readonly port?: number;
}

interface Word {
	readonly text: string;
	readonly column: number;
}

/** Where a word was read, for errors. */
type Place = (word: Word, problem: string) => LaunchError;

const KEYS = ["slots", "max_slots", "max-slots", "port"] as const;

/**
 * Reads a hostfile: one host a line, as `host`, `host:4`, `host slots=4 max_slots=8`, `user@host port=2222`,
 * `[::1]:4`; `#` begins a comment. A host without a number has one slot; a host named again adds its slots.
 */
export function parseHostfile(text: string, file: string): Host[] {
	const hosts: Host[] = [];
	for (const [index, line] of text.split(/\r?\n/).entries()) {
		const place: Place = (word, problem) =>
			new LaunchError(`${file}:${index + 1}:${word.column}: ${problem}`);
		const words = splitWords(line.replace(/#.*/, ""));
		const first = words[0];
		if (first === undefined) continue;
		hosts.push(readAttributes(readHost(first, place), words.slice(1), place));
	}
	if (hosts.length === 0)
		throw new LaunchError(`Cannot find a host in ${file}: it has only comments and blank lines`);
	return addUp(hosts);
}

/** Reads --host: `a:2,b,[::1]:4`. */
export function parseHostList(text: string): Host[] {
	const hosts: Host[] = [];
	let column = 1;
	for (const part of text.split(",")) {
		const place: Place = (word, problem) =>
			new LaunchError(`--host ${text}: ${problem} (column ${word.column})`, 2);
		const word = { text: part.trim(), column };
		if (word.text === "")
			throw place(word, "Cannot read an empty host name: names are separated by one comma");
		hosts.push(readAttributes(readHost(word, place), [], place));
		column += part.length + 1;
	}
	return addUp(hosts);
}

function splitWords(line: string): Word[] {
	return [...line.matchAll(/[^\s=]+|=/g)].map((match) => ({ text: match[0], column: match.index + 1 }));
}

interface HostWord {
	readonly name: string;
	readonly user: string | undefined;
	readonly slots: number | undefined;
}

const NAME =
	/^(?:(?<user>[^@\s]+)@)?(?:\[(?<bracketed>[0-9a-fA-F:.]+(?:%\w+)?)\]|(?<name>[^@[\]:]+|[0-9a-fA-F:.]*::?[0-9a-fA-F:.]*))(?::(?<slots>[^:]*))?$/;

function readHost(word: Word, place: Place): HostWord {
	// An address such as ::1 or fe80::1 has two colons or more; a name has at most one, before its slots.
	const bare = word.text.slice(word.text.indexOf("@") + 1);
	const isAddress = !bare.startsWith("[") && bare.split(":").length > 2;
	const match = isAddress
		? /^(?:(?<user>[^@]+)@)?(?<name>[0-9a-fA-F:.]+)$/.exec(word.text)
		: NAME.exec(word.text);
	const groups = match?.groups;
	const name = groups?.bracketed ?? groups?.name;
	if (name === undefined || name === "" || !/^[\w.:%-]+$/.test(name)) {
		const form = isAddress
			? "write an IPv6 address with slots as [::1]:4"
			: "write host, host:4, user@host or [::1]:4";
		throw place(word, `Cannot read the host "${word.text}": ${form}`);
	}
	const slots = groups?.slots;
	if (slots !== undefined && !isCount(slots)) {
		const column = word.column + word.text.length - slots.length;
		throw place(
			{ text: slots, column },
			`Cannot read "${slots}" as the slots of ${name}: a number from 1 up is needed`,
		);
	}
	return { name, user: groups?.user, slots: slots === undefined ? undefined : Number(slots) };
}

function readAttributes(host: HostWord, words: readonly Word[], place: Place): Host {
	const given = new Map<string, number>();
	for (let at = 0; at < words.length; at += 3) {
		const key = words[at];
		const equals = words[at + 1];
		const value = words[at + 2];
		if (key === undefined) break;
		const known = KEYS.find((name) => name === key.text);
		if (known === undefined) {
			const meant = nearest(key.text, KEYS);
			const hint =
				meant === undefined ? "allowed are slots=, max_slots= and port=" : `did you mean ${meant}=?`;
			throw place(key, `Unknown word "${key.text}": ${hint}`);
		}
		if (equals?.text !== "=" || value === undefined || value.text === "=") {
			throw place(key, `Cannot read "${key.text}": a number is needed, as in ${key.text}=4`);
		}
		if (!isCount(value.text)) {
			throw place(value, `Cannot read "${value.text}" as ${key.text}: a number from 1 up is needed`);
		}
		const name = known === "max-slots" ? "max_slots" : known;
		if (given.has(name) || (name === "slots" && host.slots !== undefined)) {
			throw place(key, `Cannot take "${key.text}" twice for ${host.name}`);
		}
		given.set(name, Number(value.text));
	}
	const maxSlots = given.get("max_slots");
	const slots = host.slots ?? given.get("slots") ?? maxSlots ?? 1;
	if (maxSlots !== undefined && maxSlots < slots) {
		throw place(
			words[0] ?? { text: "", column: 1 },
			`Cannot give ${host.name} ${slots} slots: its max_slots is ${maxSlots}`,
		);
	}
	const port = given.get("port");
	return {
		name: host.name,
		slots,
		...(maxSlots === undefined ? {} : { maxSlots }),
		...(host.user === undefined ? {} : { user: host.user }),
		...(port === undefined ? {} : { port }),
	};
}

function isCount(text: string): boolean {
	return /^[1-9]\d{0,6}$/.test(text);
}

/** A host that is named again adds its slots, and its limit if both lines have one. */
export function addUp(hosts: readonly Host[]): Host[] {
	const byName = new Map<string, Host>();
	for (const host of hosts) {
		const known = byName.get(host.name);
		if (known === undefined) {
			byName.set(host.name, host);
			continue;
		}
		const limits = [known.maxSlots, host.maxSlots].filter((limit) => limit !== undefined);
		const slots = known.slots + host.slots;
		const limit = limits.length === 2 ? limits.reduce((sum, each) => sum + each, 0) : limits[0];
		byName.set(host.name, {
			...known,
			...host,
			slots: limit === undefined ? slots : Math.min(slots, limit),
			...(limit === undefined ? {} : { maxSlots: limit }),
		});
	}
	return [...byName.values()];
}
