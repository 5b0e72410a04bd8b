/** Arithmetic of ranks in trees and hypercubes. A virtual rank counts from the root: the root's is 0. */

export function virtualRank(rank: number, root: number, size: number): number {
	return (rank - root + size) % size;
}

export function realRank(virtual: number, root: number, size: number): number {
	return (virtual + root) % size;
}

/** Parent of a virtual rank other than 0 in the binomial tree: its lowest set bit cleared. */
export function binomialParent(virtual: number): number {
	return virtual & (virtual - 1);
}

/** Children of a virtual rank in the binomial tree, those with the largest subtrees first. */
export function binomialChildren(virtual: number, size: number): number[] {
	const children = [];
	const lowestBit = virtual & -virtual;
	const end = virtual === 0 ? size : Math.min(lowestBit, size);
	for (let bit = 1; bit < end; bit <<= 1) {
		if (virtual + bit < size) children.unshift(virtual + bit);
	}
	return children;
}

export function isPowerOfTwo(size: number): boolean {
	return (size & (size - 1)) === 0;
}

/** The largest power of two that is not above `size`. */
export function floorPowerOfTwo(size: number): number {
	return 2 ** (31 - Math.clz32(size));
}
