import test from "ava";
import fc from "fast-check";
import { grammarOf } from "../../../../src/llama/engine/grammar/grammar-of.ts";
import { matcher } from "../../support/grammar.ts";

test("of any two bounds exactly the numbers between them can be written", async (t) => {
	const bounds = fc.tuple(fc.integer({ min: -20_000, max: 20_000 }), fc.nat(3000));
	await fc.assert(
		fc.asyncProperty(bounds, fc.integer({ min: -30_000, max: 30_000 }), async ([minimum, width], any) => {
			const maximum = minimum + width;
			for (const type of ["integer", "number"]) {
				const matches = await matcher(grammarOf({ kind: "schema", schema: { type, minimum, maximum } }));
				const near = [minimum, maximum].flatMap((bound) => [bound - 1, bound, bound + 1]);
				for (const value of [0, any, ...near]) {
					const inside = (number: number) => number >= minimum && number <= maximum;
					t.is(matches(`${value}`), inside(value), `${value} of ${minimum} to ${maximum}`);
					const broken = value + 0.5;
					t.is(
						matches(`${broken}`),
						type === "number" && inside(broken),
						`${broken} of ${minimum} to ${maximum}`,
					);
				}
			}
		}),
		{ numRuns: 60 },
	);
});
