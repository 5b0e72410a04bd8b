/** Prints the variables named by its arguments. */
console.log(
	process.argv
		.slice(2)
		.map((name) => `${name}=${process.env[name]}`)
		.join(" "),
);
