import test from "ava";
import fc from "fast-check";
import { commonPrefix } from "../../src/base/common-prefix.ts";

test("commonPrefix() counts what two texts begin with", (t) => {
	t.is(commonPrefix("", "abc"), 0);
	t.is(commonPrefix("abc", "abc"), 3);
	t.is(commonPrefix("abc", "abd"), 2);
	t.is(commonPrefix("xbc", "abc"), 0);
	fc.assert(
		fc.property(
			fc.string({ maxLength: 200 }),
			fc.string(),
			fc.string(),
			fc.nat({ max: 250 }),
			(head, a, b, guess) => {
				const common = commonPrefix(head + a, head + b);
				t.true(common >= head.length);
				t.is(commonPrefix(head + a, head + b, guess), common);
				t.is((head + a).slice(0, common), (head + b).slice(0, common));
				t.true(
					common === Math.min((head + a).length, (head + b).length) ||
						(head + a)[common] !== (head + b)[common],
				);
			},
		),
	);
});
