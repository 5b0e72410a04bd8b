// Writes what a rank's processor time was, for bench/endpoint.js: node --require bench/usage.cjs
if (process.env.TSMPI_RANK === "0" && process.env.BENCH_USAGE !== undefined) {
	process.on("exit", () => {
		const { user, system } = process.cpuUsage();
		require("node:fs").appendFileSync(process.env.BENCH_USAGE ?? "", `${user + system}\n`);
	});
}
