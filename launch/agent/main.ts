// The agent as a program of its own. This file is in the oldest form of the language that has import(), and imports
// nothing at its top: an old Node must get as far as saying that it is too old.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
	const text = `node ${process.versions.node} at ${process.execPath} is too old: 20.19 is needed (--remote-node names another)`;
	process.stdout.write(`\ntsmpi-failed ${text}\n`);
	process.exitCode = 1;
} else {
	import("./serve.ts").then(
		({ serve }) => serve(),
		(error: unknown) => {
			process.stderr.write(`${error}\n`);
			process.exitCode = 1;
		},
	);
}
