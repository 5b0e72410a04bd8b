/**
 * The folder of tsmpi's own compiled files, the same from a chunk of the bundle and from a single file: other files are
 * found from here, and frames of a stack that lie here are not the caller's.
 */
export const ownFolder: string = import.meta.url.slice(
	0,
	import.meta.url.lastIndexOf("/src/") + "/src/".length,
);
