/** How far a file has been read: bytes of the disk, packed or not. */
export interface Progress {
	readonly bytesRead: number;
	readonly bytes: number;
}
