/** Where tsmpi's own compiled files are, bundled or not: frames from here are not the caller's. */
export const ownFolder: string = new URL(".", import.meta.url).href;
