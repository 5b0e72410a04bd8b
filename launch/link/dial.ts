/**
 * How an agent dials back to tsmpirun where the way that it was started by carries no stream of bytes: TLS with a key
 * that both sides have from that way. Who does not know the key gets no further than the handshake, on either side.
 */
import type { TlsOptions } from "node:tls";

/** Forward secret, authenticated both ways by the key alone: there are no certificates. */
export const DIAL_TLS: Readonly<Pick<TlsOptions, "ciphers" | "minVersion" | "maxVersion">> = {
	ciphers: "ECDHE-PSK-CHACHA20-POLY1305",
	minVersion: "TLSv1.2",
	maxVersion: "TLSv1.2",
};

/** Bytes of the key. */
export const DIAL_KEY_BYTES = 32;
