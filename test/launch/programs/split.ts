/** Writes a character of two bytes in two halves, a long time (for a pipe) apart. */
process.stdout.write(new Uint8Array([0x61, 0xc3]));
setTimeout(() => process.stdout.write(new Uint8Array([0xa4, 0x0a])), 100);
