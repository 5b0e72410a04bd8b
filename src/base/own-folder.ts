/** tsmpi's own compiled files: frames from here are not the caller's. The same from a bundle and from a single file. */
export const ownFolder: string = import.meta.url.slice(
	0,
	import.meta.url.lastIndexOf("/src/") + "/src/".length,
);
