import { duration } from "../../../page/chart.ts";
import type { Quantile } from "./quantile.ts";

/** Stands where nothing is known. */
export const NOTHING = "–";

/** A number as a reader wants it: three figures are enough. */
export function short(value: number | undefined): string {
	if (value === undefined) return NOTHING;
	if (value >= 999_500) return `${Number((value / 1e6).toPrecision(3))} M`;
	if (value >= 9_995) return `${Number((value / 1000).toPrecision(3))} k`;
	return value >= 100 ? value.toFixed(0) : `${Number(value.toPrecision(2))}`;
}

export function percent(share: number | undefined): string {
	// 999 of 1000 are not all.
	return share === undefined ? NOTHING : `${Math.floor(share * 1000) / 10} %`;
}

export function time(quantile: Quantile | undefined): string {
	if (quantile === undefined) return NOTHING;
	const sides = { below: "< ", above: "> " };
	return `${quantile.side === undefined ? "" : sides[quantile.side]}${duration(quantile.seconds * 1000)}`;
}

/** A long time: its two greatest units. */
export function uptime(seconds: number): string {
	const [days, hours] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24];
	const [minutes, rest] = [Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
	if (days > 0) return `${days} d ${hours} h`;
	if (hours > 0) return `${hours} h ${minutes} min`;
	return minutes > 0 ? `${minutes} min ${rest} s` : `${rest} s`;
}
