const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The bits of the half-precision number (IEEE 754 binary16) nearest to a value; ties go to the even one. */
export function halfBits(value: number): number {
	float[0] = value;
	const single = bits[0] ?? 0;
	const sign = (single >>> 16) & 0x8000;
	const exponent = ((single >>> 23) & 0xff) - 112;
	const mantissa = single & 0x7fffff;
	if (exponent >= 31) return sign | 0x7c00;
	if (exponent > 0) return sign | roundShift((exponent << 23) | mantissa, 13);
	if (exponent < -10) return sign;
	return sign | roundShift(mantissa | 0x800000, 14 - exponent);
}

/** A right shift that rounds to nearest, ties to even. A carry into the exponent is what IEEE wants. */
function roundShift(value: number, shift: number): number {
	const half = 2 ** (shift - 1);
	const kept = value >>> shift;
	const lost = value - kept * 2 ** shift;
	return lost > half || (lost === half && kept % 2 === 1) ? kept + 1 : kept;
}
