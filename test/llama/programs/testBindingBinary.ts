/**
 * Run by self-test.test.ts in place of the file of this name in node-llama-cpp: it answers as that one does, and says which
 * messages it has had.
 */
const had: string[] = [];
process.on("message", ({ type }: { readonly type: string }) => {
	had.push(type);
	if (type === "start") process.send?.({ type: "loaded" });
	if (type === "probe") process.send?.({ type: "probed" });
	if (type === "test") process.send?.({ type: "done", had });
	if (type === "exit") process.exit(0);
});
process.send?.({ type: "ready" });
