import { type Alternatives, type Item, problem, readGbnf } from "./gbnf-reader.ts";

/**
 * Refuses a grammar on which llama.cpp would fail or never end.
 *
 * @throws {ArgumentError} ERR_ARG, that says what is wrong with it.
 */
export function checkGrammar(text: string): void {
	const rules = readGbnf(text);
	if (!rules.has("root")) throw problem('it has no rule "root"');
	for (const [name, alternatives] of rules) {
		for (const used of namesIn(alternatives)) {
			if (!rules.has(used)) throw problem(`the rule "${name}" uses "${used}", which is not there`);
		}
	}
	const empty = emptyRules(rules);
	for (const [name, alternatives] of rules) {
		if (loopsEmpty(alternatives, empty)) {
			throw problem(`the rule "${name}" repeats without end what may be empty`);
		}
	}
	refuseLeftRecursion(rules, empty);
}

function* namesIn(alternatives: Alternatives): Generator<string> {
	for (const { what } of alternatives.flat()) {
		if (what === "text") continue;
		if ("rule" in what) yield what.rule;
		else yield* namesIn(what.group);
	}
}

/** Rules that an empty text fulfils. */
function emptyRules(rules: ReadonlyMap<string, Alternatives>): ReadonlySet<string> {
	const empty = new Set<string>();
	for (let before = -1; before < empty.size; ) {
		before = empty.size;
		for (const [name, alternatives] of rules) if (mayBeEmpty(alternatives, empty)) empty.add(name);
	}
	return empty;
}

function mayBeEmpty(alternatives: Alternatives, empty: ReadonlySet<string>): boolean {
	return alternatives.some((items) => items.every((item) => item.optional || isEmpty(item, empty)));
}

function isEmpty({ what }: Item, empty: ReadonlySet<string>): boolean {
	if (what === "text") return false;
	return "rule" in what ? empty.has(what.rule) : mayBeEmpty(what.group, empty);
}

function loopsEmpty(alternatives: Alternatives, empty: ReadonlySet<string>): boolean {
	return alternatives.flat().some((item) => {
		if (item.endless && isEmpty(item, empty)) return true;
		return item.what !== "text" && "group" in item.what && loopsEmpty(item.what.group, empty);
	});
}

/** A rule that begins with itself would be unfolded for ever. */
function refuseLeftRecursion(rules: ReadonlyMap<string, Alternatives>, empty: ReadonlySet<string>): void {
	const begins = new Map<string, readonly string[]>();
	for (const [name, alternatives] of rules) begins.set(name, [...new Set(beginnings(alternatives, empty))]);
	const done = new Set<string>();
	for (const start of rules.keys()) {
		// Depth first, without recursion of our own: a grammar may have very many rules.
		const path: { name: string; next: number }[] = [{ name: start, next: 0 }];
		const onPath = new Set([start]);
		for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
			const following = done.has(top.name) ? undefined : begins.get(top.name)?.[top.next];
			top.next += 1;
			if (following === undefined) {
				path.pop();
				onPath.delete(top.name);
				done.add(top.name);
			} else if (onPath.has(following)) {
				throw problem(`the rule "${following}" begins with itself`);
			} else {
				path.push({ name: following, next: 0 });
				onPath.add(following);
			}
		}
	}
}

/** The rules with which a text of these alternatives may begin. */
function* beginnings(alternatives: Alternatives, empty: ReadonlySet<string>): Generator<string> {
	for (const items of alternatives) {
		for (const item of items) {
			const { what } = item;
			if (what !== "text") {
				if ("rule" in what) yield what.rule;
				else yield* beginnings(what.group, empty);
			}
			if (!item.optional && !isEmpty(item, empty)) break;
		}
	}
}
