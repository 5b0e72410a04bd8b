/** Writes 200 lines of 20,000 bytes on stdout, all at once. */
const line = `${(process.env.TSMPI_RANK ?? "").repeat(19_999)}\n`;
for (let count = 0; count < 200; count++) process.stdout.write(line);
