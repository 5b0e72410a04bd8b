import { TDigest } from "tdigest";
import { checkArgument, numberFrom } from "../../../base/check-types.ts";

/** A digest as it travels between ranks. */
export interface DigestData {
	/** [value, how many samples it stands for] in ascending order. */
	readonly centroids: readonly (readonly [mean: number, count: number])[];
	/** Every centroid is a sample, not a mean of several. */
	readonly exact: boolean;
	/** Of all samples. */
	readonly sum: number;
	/** Of all samples, for the standard deviation. */
	readonly sumOfSquares: number;
	/** The largest sample; -Infinity without any. */
	readonly max: number;
}

/** Mean and percentiles of a quantity, in its unit. All but `count` are undefined without a sample. */
export interface Summary {
	/** How many samples there are. */
	readonly count: number;
	/** Mean of the samples. */
	readonly mean: number | undefined;
	/** Standard deviation of the samples. */
	readonly std: number | undefined;
	/** The median. */
	readonly p50: number | undefined;
	/** The 95th percentile. */
	readonly p95: number | undefined;
	/** The 99th percentile. */
	readonly p99: number | undefined;
	/** The largest sample. */
	readonly max: number | undefined;
}

const NOTHING: Summary = {
	count: 0,
	mean: undefined,
	std: undefined,
	p50: undefined,
	p95: undefined,
	p99: undefined,
	max: undefined,
};

const A_NUMBER = numberFrom();
/** Up to this many different values nothing is compressed. */
const EXACT_LIMIT = 2000;
/** Share of the samples that a centroid near the median may stand for; towards the ends it is much less. */
const COMPRESSION = 0.005;
/** Rounding may push a percentile's rank just above a whole number, which must not select the next sample. */
const RANK_SLACK = 1e-9;

/**
 * Distribution of a quantity as a t-digest: small, and mergeable across ranks. Up to 2000 different values it keeps
 * every sample, and percentile p is the sample of rank ceil(p n) (nearest rank); above, the samples near the median
 * share centroids, and those at the ends hardly do. Count, mean and maximum are always exact.
 */
export class Digest {
	#tree = new TDigest(false);
	#exact = true;
	#sum = 0;
	#sumOfSquares = 0;
	#max = Number.NEGATIVE_INFINITY;

	/** The digest that `toData` described. */
	static from(data: DigestData): Digest {
		const digest = new Digest();
		digest.merge(data);
		return digest;
	}

	/**
	 * Adds a sample.
	 *
	 * @throws {ArgumentError} ERR_ARG: it is no number.
	 */
	push(value: number): void {
		checkArgument("add a sample", "value", value, A_NUMBER);
		this.#add(value, 1);
		this.#sum += value;
		this.#sumOfSquares += value * value;
		this.#max = Math.max(this.#max, value);
	}

	/** Adds the samples of another digest. */
	merge({ centroids, exact, sum, sumOfSquares, max }: DigestData): void {
		if (!exact) this.#compress();
		for (const [mean, count] of centroids) this.#add(mean, count);
		this.#sum += sum;
		this.#sumOfSquares += sumOfSquares;
		this.#max = Math.max(this.#max, max);
	}

	/** The digest as plain data, to be sent to another rank. */
	toData(): DigestData {
		return {
			centroids: this.#tree.toArray().map(({ mean, n }) => [mean, n] as const),
			exact: this.#exact,
			sum: this.#sum,
			sumOfSquares: this.#sumOfSquares,
			max: this.#max,
		};
	}

	/** Mean and percentiles of what was added. */
	summary(): Summary {
		return summarise([this.toData()]);
	}

	#add(mean: number, n: number): void {
		this.#tree.push_centroid({ mean, n });
		if (this.#exact && this.#tree.size() > EXACT_LIMIT) this.#compress();
	}

	/** From now on near values share a centroid. */
	#compress(): void {
		if (!this.#exact) return;
		this.#exact = false;
		const samples = this.#tree.toArray();
		this.#tree = new TDigest(COMPRESSION);
		// A t-digest compresses ascending input badly: take the samples in an order that jumps about.
		for (const index of scattered(samples.length)) {
			const sample = samples[index];
			if (sample !== undefined) this.#tree.push_centroid(sample);
		}
	}
}

/** Summarises several digests as if they were one; nothing is compressed any further. */
export function summarise(parts: readonly DigestData[]): Summary {
	const sum = (pick: (part: DigestData) => number) => parts.reduce((total, part) => total + pick(part), 0);
	const centroids = inOrder(parts);
	const count = centroids.reduce((total, [, n]) => total + n, 0);
	if (count === 0) return NOTHING;
	const mean = sum((part) => part.sum) / count;
	const max = parts.reduce((most, part) => Math.max(most, part.max), Number.NEGATIVE_INFINITY);
	return {
		count,
		mean,
		std: Math.sqrt(Math.max(0, sum((part) => part.sumOfSquares) / count - mean * mean)),
		p50: percentile(0.5, centroids, count) ?? max,
		p95: percentile(0.95, centroids, count) ?? max,
		p99: percentile(0.99, centroids, count) ?? max,
		max,
	};
}

/** The centroids of several digests in ascending order. */
export function inOrder(parts: readonly DigestData[]): DigestData["centroids"] {
	const [first] = parts;
	if (parts.length === 1 && first !== undefined) return first.centroids;
	return parts.flatMap(({ centroids }) => centroids).sort(([a], [b]) => a - b);
}

/**
 * The sample of rank ceil(share n), or the mean of the centroid that stands for it. Not a point between two
 * centroids, as is usual: towards the ends most of them are samples, and between those there may be nothing.
 */
function percentile(share: number, centroids: DigestData["centroids"], count: number): number | undefined {
	let left = Math.max(1, Math.ceil(share * count - RANK_SLACK));
	for (const [mean, n] of centroids) {
		left -= n;
		if (left <= 0) return mean;
	}
	return undefined;
}

/** All indices below a length, each once, far from their neighbours; the same every time. */
function* scattered(length: number): Generator<number> {
	let step = Math.max(1, Math.floor(length * 0.618));
	while (gcd(step, length) !== 1) step += 1;
	for (let count = 0, index = 0; count < length; count++, index = (index + step) % length) yield index;
}

function gcd(a: number, b: number): number {
	return b === 0 ? a : gcd(b, a % b);
}
