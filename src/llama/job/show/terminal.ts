/** Whether stderr is a terminal: under tsmpirun a rank's own is a pipe, and the variable says what tsmpirun's is. */
export function isOnTerminal(): boolean {
	return process.env.TSMPI_STDERR_TTY === "1" || process.stderr.isTTY === true;
}
