import { LaunchError } from "../../src/base/errors.ts";
import { nearest } from "../../src/base/nearest.ts";
import { expandNames, RangeMistake, splitList } from "./host-ranges.ts";

/** A host of the job as its hostfile or --host gives it. */
export interface Host {
	/** As written; never shortened, whatever dots it has. */
	readonly name: string;
	/** Ranks that it takes without oversubscribing. */
	readonly slots: number;
	/** Ranks that it takes at most, oversubscribed or not. */
	readonly maxSlots?: number;
	/** How many of its GPUs the job may use; undefined: all. */
	readonly gpus?: number;
	readonly user?: string;
	readonly port?: number;
}

interface Word {
	readonly text: string;
	/** From 1. */
	readonly column: number;
}

/** A mistake at a word, whose place in the text is still to be added. */
class Mistake extends Error {
	readonly column: number;

	constructor(column: number, problem: string) {
		super(problem);
		this.column = column;
	}
}

const KEYS = ["slots", "max_slots", "max-slots", "gpus", "port"] as const;
const ALLOWED = "allowed are slots=, max_slots=, gpus= and port=";
const HIGHEST_PORT = 65_535;

/** Mistakes of a hostfile that are printed; the rest is counted. */
const MOST_MISTAKES = 10;

/**
 * Reads a hostfile: one host a line, as `host`, `host:4`, `host slots=4 max_slots=8 gpus=2`, `user@host port=2222`,
 * `[::1]:4`, or many at once as `node[01-16]`; `#` begins a comment. A host without a number has one slot; a host
 * named again adds its slots. Throws one LaunchError with a line for each mistake.
 */
export function parseHostfile(text: string, file: string): Host[] {
	const hosts = new HostTable();
	const mistakes: string[] = [];
	for (const [index, line] of text.split(/\r?\n/).entries()) {
		try {
			const [first, ...rest] = splitWords(line.replace(/#.*/, ""));
			if (first !== undefined) hosts.add(first, readHosts(first, rest));
		} catch (error) {
			if (!(error instanceof Mistake)) throw error;
			mistakes.push(`${file}:${index + 1}:${error.column}: ${error.message}`);
		}
	}
	if (mistakes.length > MOST_MISTAKES) {
		const more = mistakes.length - MOST_MISTAKES;
		mistakes.splice(MOST_MISTAKES, more, `${file}: ${more} more of its lines cannot be read`);
	}
	if (mistakes.length > 0) throw new LaunchError(mistakes.join("\n"));
	if (hosts.all.length === 0)
		throw new LaunchError(`Cannot find a host in ${file}: it has only comments and blank lines`);
	return hosts.all;
}

/** Reads --host: `a:2,b,[::1]:4,node[1,3-5]:2`. */
export function parseHostList(text: string): Host[] {
	const hosts = new HostTable();
	for (const { part, at } of splitList(text)) {
		const word = { text: part.trim(), column: at + 1 + part.length - part.trimStart().length };
		try {
			if (word.text === "")
				throw new Mistake(at + 1, "Cannot read an empty host name: names are separated by one comma");
			hosts.add(word, readHosts(word, []));
		} catch (error) {
			if (!(error instanceof Mistake)) throw error;
			throw new LaunchError(`--host ${text}: ${error.message} (column ${error.column})`, 2);
		}
	}
	return hosts.all;
}

function splitWords(line: string): Word[] {
	return [...line.matchAll(/[^\s=]+|=/g)].map((match) => ({ text: match[0], column: match.index + 1 }));
}

/** The hosts of a line: one, or those of its ranges. */
function readHosts(first: Word, attributes: readonly Word[]): Host[] {
	const { names, user, slots } = readNames(first);
	const given = readAttributes(names[0] ?? "", slots, attributes);
	const maxSlots = given.get("max_slots");
	const count = slots ?? given.get("slots") ?? maxSlots ?? 1;
	if (maxSlots !== undefined && maxSlots < count) {
		const { column } = attributes.find(({ text }) => /^max.slots$/.test(text)) ?? first;
		throw new Mistake(column, `Cannot give ${names[0]} ${count} slots: its max_slots is ${maxSlots}`);
	}
	const gpus = given.get("gpus");
	const port = given.get("port");
	return names.map((name) => ({
		name,
		slots: count,
		...(maxSlots === undefined ? {} : { maxSlots }),
		...(gpus === undefined ? {} : { gpus }),
		...(user === undefined ? {} : { user }),
		...(port === undefined ? {} : { port }),
	}));
}

interface Names {
	readonly names: readonly string[];
	readonly user: string | undefined;
	readonly slots: number | undefined;
}

const ADDRESS = /^(?:(?<user>[^@\s]+)@)?(?<name>[0-9a-fA-F:.]+(?:%\w+)?)$/;
const BRACKETED =
	/^(?:(?<user>[^@\s]+)@)?\[(?<name>(?=[^\]]*:)[0-9a-fA-F:.]+(?:%\w+)?)\](?::(?<slots>[^:]*))?$/;
const NAME = /^(?:(?<user>[^@\s]+)@)?(?<name>[^@:]+)(?::(?<slots>[^:]*))?$/;

function readNames({ text, column }: Word): Names {
	// An address such as ::1 or fe80::1 has two colons or more; a name has at most one, before its slots.
	const isAddress =
		!/^([^@]*@)?\[[^\]]*:/.test(text) && text.slice(text.indexOf("@") + 1).split(":").length > 2;
	const { user, name, slots } =
		(isAddress ? ADDRESS.exec(text) : (BRACKETED.exec(text) ?? NAME.exec(text)))?.groups ?? {};
	if (name === undefined) {
		const form = isAddress
			? "write an IPv6 address with slots as [::1]:4"
			: "write host, host:4, user@host or [::1]:4";
		throw new Mistake(column, `Cannot read the host "${text}": ${form}`);
	}
	const names = name.includes(":")
		? [name]
		: namesOf(name, column + (user === undefined ? 0 : user.length + 1));
	if (slots !== undefined && !isCount(slots)) {
		throw new Mistake(
			column + text.length - slots.length,
			`Cannot read "${slots}" as the slots of ${name}: a number from 1 up is needed`,
		);
	}
	return { names, user, slots: slots === undefined ? undefined : Number(slots) };
}

function namesOf(text: string, column: number): string[] {
	const bad = text.search(/[^\w.%,[\]-]/);
	if (bad >= 0) {
		const letter = String.fromCodePoint(text.codePointAt(bad) ?? 0);
		throw new Mistake(column + bad, `Cannot read the host "${text}": "${letter}" cannot be part of a name`);
	}
	// A name that begins with a dash would be an option to ssh.
	if (text.startsWith("-"))
		throw new Mistake(column, `Cannot read the host "${text}": it begins with a dash`);
	try {
		const names = expandNames(text);
		const comma = text.indexOf(",");
		if (comma >= 0 && names.some((name) => name.includes(","))) {
			throw new RangeMistake(comma, `Cannot read the host "${text}": a comma may stand only within [ ]`);
		}
		return names;
	} catch (error) {
		if (error instanceof RangeMistake) throw new Mistake(column + error.at, error.message);
		throw error;
	}
}

function readAttributes(
	host: string,
	slots: number | undefined,
	words: readonly Word[],
): Map<string, number> {
	const given = new Map<string, number>();
	for (let at = 0; at < words.length; at += 3) {
		const key = words[at];
		const equals = words[at + 1];
		const value = words[at + 2];
		if (key === undefined) break;
		const known = KEYS.find((name) => name === key.text);
		if (known === undefined) {
			const meant = nearest(key.text, KEYS);
			const hint = meant === undefined ? ALLOWED : `did you mean ${meant}=?`;
			throw new Mistake(key.column, `Unknown word "${key.text}": ${hint}`);
		}
		if (equals?.text !== "=" || value === undefined || value.text === "=") {
			throw new Mistake(key.column, `Cannot read "${key.text}": a number is needed, as in ${key.text}=4`);
		}
		const name = known === "max-slots" ? "max_slots" : known;
		if (given.has(name) || (name === "slots" && slots !== undefined)) {
			throw new Mistake(key.column, `Cannot take "${key.text}" twice for ${host}`);
		}
		given.set(name, readNumber(name, key.text, value));
	}
	return given;
}

function readNumber(name: string, typed: string, { text, column }: Word): number {
	// A host may be told to show its ranks no GPU.
	if (name === "gpus" && text === "0") return 0;
	if (!isCount(text)) {
		const least = name === "gpus" ? 0 : 1;
		throw new Mistake(column, `Cannot read "${text}" as ${typed}: a number from ${least} up is needed`);
	}
	if (name === "port" && Number(text) > HIGHEST_PORT) {
		throw new Mistake(column, `Cannot read "${text}" as port: the highest is ${HIGHEST_PORT}`);
	}
	return Number(text);
}

function isCount(text: string): boolean {
	return /^[1-9]\d{0,6}$/.test(text);
}

/** Hosts in the order in which they are first named. */
class HostTable {
	readonly #byName = new Map<string, Host>();

	get all(): Host[] {
		return [...this.#byName.values()];
	}

	add(word: Word, hosts: readonly Host[]): void {
		for (const host of hosts) {
			const known = this.#byName.get(host.name);
			for (const key of ["user", "port"] as const) {
				if (known?.[key] === undefined || host[key] === undefined || known[key] === host[key]) continue;
				const two = `${known[key]} and ${host[key]}`;
				throw new Mistake(word.column, `Cannot reach ${host.name} in two ways: ${key} is ${two}`);
			}
			put(this.#byName, host);
		}
	}
}

/** Adds up hosts that have the same name. */
export function addUp(hosts: readonly Host[]): Host[] {
	const byName = new Map<string, Host>();
	for (const host of hosts) put(byName, host);
	return [...byName.values()];
}

function put(byName: Map<string, Host>, host: Host): void {
	const known = byName.get(host.name);
	byName.set(host.name, known === undefined ? host : sum(known, host));
}

/** A host that is named again adds its slots, its limit and its GPUs, the latter two where both lines have them. */
function sum(known: Host, host: Host): Host {
	const both = (key: "maxSlots" | "gpus") =>
		known[key] === undefined || host[key] === undefined ? (known[key] ?? host[key]) : known[key] + host[key];
	const slots = known.slots + host.slots;
	const maxSlots = both("maxSlots");
	const gpus = both("gpus");
	return {
		...known,
		...host,
		slots: maxSlots === undefined ? slots : Math.min(slots, maxSlots),
		...(maxSlots === undefined ? {} : { maxSlots }),
		...(gpus === undefined ? {} : { gpus }),
	};
}
