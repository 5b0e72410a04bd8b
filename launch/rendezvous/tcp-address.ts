/** An address in ZeroMQ's form: "tcp://10.0.0.5:7000", "tcp://[fd00::5]:7000". */
export function tcpAddress({ host, port }: { readonly host: string; readonly port: number }): string {
	return `tcp://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
