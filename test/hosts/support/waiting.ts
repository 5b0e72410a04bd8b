/** What tsmpirun says on stderr, but for hosts that take longer than usual to answer: this machine may be busy. */
export function withoutWaiting(stderr: string): string {
	return stderr.replaceAll(/^tsmpirun: host \S+ has not answered yet: .*\n/gm, "");
}
