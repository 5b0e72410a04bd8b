import { Digest, type DigestData } from "./digest.ts";

/** Up to this many samples all are kept as they are. */
const EXACT_LIMIT = 2000;
/** Each bucket is so much wider than the one before it: what is in one differs by no more than half a percent. */
const GROWTH = 1.005;
/** The first bucket holds what is below, the last what is above these: a microsecond and three hours, in milliseconds. */
const LEAST = 1e-3;
const MOST = 1e7;
const PER_E_FOLD = 1 / Math.log(GROWTH);
const BUCKETS = Math.ceil(Math.log(MOST / LEAST) * PER_E_FOLD) + 2;

/**
 * Takes the samples of a quantity for the price of a logarithm each: a t-digest takes a hundred times as long, and a
 * request has a sample for every token. The first 2000 are kept as they are. Beyond, they are counted in buckets whose
 * widths grow with their values (the idea of DDSketch), each with the sum of what is in it. A t-digest is made of them
 * when somebody asks.
 */
export class Samples {
	#exact: Float64Array | undefined = new Float64Array(16);
	#counts: Float64Array | undefined;
	#sums: Float64Array | undefined;
	#count = 0;
	#sum = 0;
	#sumOfSquares = 0;
	#max = Number.NEGATIVE_INFINITY;

	/** Adds a sample, which is not negative. */
	push(value: number): void {
		if (this.#exact === undefined) this.#addToBucket(value);
		else this.#keep(this.#exact, value);
		this.#count += 1;
		this.#sum += value;
		this.#sumOfSquares += value * value;
		if (value > this.#max) this.#max = value;
	}

	/** All that was pushed, as a t-digest that can be sent to another rank. */
	toData(): DigestData {
		const digest = new Digest();
		digest.merge({
			centroids: this.#exact === undefined ? this.#buckets() : this.#kept(this.#exact),
			exact: this.#exact !== undefined,
			sum: this.#sum,
			sumOfSquares: this.#sumOfSquares,
			max: this.#max,
		});
		return digest.toData();
	}

	#keep(exact: Float64Array, value: number): void {
		if (this.#count < exact.length) {
			exact[this.#count] = value;
		} else if (exact.length < EXACT_LIMIT) {
			this.#exact = new Float64Array(Math.min(EXACT_LIMIT, exact.length * 2));
			this.#exact.set(exact);
			this.#exact[this.#count] = value;
		} else {
			this.#exact = undefined;
			for (const kept of exact) this.#addToBucket(kept);
			this.#addToBucket(value);
		}
	}

	#addToBucket(value: number): void {
		this.#counts ??= new Float64Array(BUCKETS);
		this.#sums ??= new Float64Array(BUCKETS);
		const place = value > LEAST ? Math.ceil(Math.log(value / LEAST) * PER_E_FOLD) : 0;
		const bucket = place < BUCKETS ? place : BUCKETS - 1;
		this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
		this.#sums[bucket] = (this.#sums[bucket] ?? 0) + value;
	}

	/** Values that are equal share an entry. */
	#kept(exact: Float64Array): DigestData["centroids"] {
		const centroids: [mean: number, count: number][] = [];
		for (const value of exact.slice(0, this.#count).sort()) {
			const last = centroids.at(-1);
			if (last?.[0] === value) last[1] += 1;
			else centroids.push([value, 1]);
		}
		return centroids;
	}

	/** The buckets that are not empty, each as the mean of what is in it. */
	#buckets(): DigestData["centroids"] {
		const centroids: [mean: number, count: number][] = [];
		for (const [bucket, count] of (this.#counts ?? []).entries()) {
			if (count > 0) centroids.push([(this.#sums?.[bucket] ?? 0) / count, count]);
		}
		return centroids;
	}
}
