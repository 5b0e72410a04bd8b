/** Options of tsmpirun whose value sets a variable of the environment, which may be a key. */
const SETS_VARIABLE = new Set(["-x", "--x"]);
/** Options of llama-server and others whose value is a secret. */
const SECRET = /(--?api-key(?:=|\s+))(?!-)\S+/g;
/** Which header it is may be seen, its value may be a secret. */
const HEADER = /^(--header=)?([^:]*:).*$/s;
const PASSWORD = /\b(\w+:\/\/)[^\s/@]+@/g;

/** A command line as a shell takes it, for people to read. Secrets in it are left out. */
export function commandText(words: readonly string[]): string {
	return words.map((word, index) => shellWord(withoutSecrets(word, words[index - 1]))).join(" ");
}

function withoutSecrets(word: string, before: string | undefined): string {
	if (before !== undefined && SETS_VARIABLE.has(before)) return word.replace(/=.*/s, "=...");
	if (before === "--api-key") return "...";
	if (before === "--header" || word.startsWith("--header=")) return word.replace(HEADER, "$1$2 ...");
	return word.replace(SECRET, "$1...").replace(PASSWORD, "$1...@");
}

function shellWord(word: string): string {
	return /^[\w@%+=:,./{}-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
