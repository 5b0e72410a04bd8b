/** Numbers of the GGUF format: value types of the keys, tensor types, token types. */

/** Types of a key's value. */
export const VALUE = {
	u8: 0,
	i8: 1,
	u16: 2,
	i16: 3,
	u32: 4,
	i32: 5,
	f32: 6,
	bool: 7,
	string: 8,
	array: 9,
	u64: 10,
	i64: 11,
	f64: 12,
} as const;

/** Bytes of the value types that have a fixed size, by number. */
export const VALUE_BYTES: readonly (number | undefined)[] = [
	1,
	1,
	2,
	2,
	4,
	4,
	4,
	1,
	undefined,
	undefined,
	8,
	8,
	8,
];

/** Kinds of vocabulary entries. */
export const TOKEN = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

/** Tensor types that tsmpi writes. */
export const TENSOR = { f32: 0, f16: 1 } as const;

/**
 * Elements per block and bytes per block of the tensor types, by number. Types that are not listed (newer than this
 * table) are accepted unseen.
 */
export const TENSOR_BLOCKS: ReadonlyMap<number, readonly [elements: number, bytes: number]> = new Map([
	[0, [1, 4]], // F32
	[1, [1, 2]], // F16
	[2, [32, 18]], // Q4_0
	[3, [32, 20]], // Q4_1
	[6, [32, 22]], // Q5_0
	[7, [32, 24]], // Q5_1
	[8, [32, 34]], // Q8_0
	[10, [256, 84]], // Q2_K
	[11, [256, 110]], // Q3_K
	[12, [256, 144]], // Q4_K
	[13, [256, 176]], // Q5_K
	[14, [256, 210]], // Q6_K
	[16, [256, 66]], // IQ2_XXS
	[17, [256, 74]], // IQ2_XS
	[18, [256, 98]], // IQ3_XXS
	[19, [256, 50]], // IQ1_S
	[20, [32, 18]], // IQ4_NL
	[21, [256, 110]], // IQ3_S
	[22, [256, 82]], // IQ2_S
	[23, [256, 136]], // IQ4_XS
	[24, [1, 1]], // I8
	[25, [1, 2]], // I16
	[26, [1, 4]], // I32
	[27, [1, 8]], // I64
	[28, [1, 8]], // F64
	[29, [256, 56]], // IQ1_M
	[30, [1, 2]], // BF16
	[34, [256, 54]], // TQ1_0
	[35, [256, 66]], // TQ2_0
	[39, [32, 17]], // MXFP4
]);
