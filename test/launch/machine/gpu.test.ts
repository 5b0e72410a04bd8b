import test from "ava";
import { gpusOfRank, limitGpus, listedGpus, sharesGpus } from "../../../launch/machine/gpu.ts";

test("gpusOfRank() indexes through numbers and UUIDs that are listed already", (t) => {
	t.deepEqual(gpusOfRank(listedGpus("4,6"), 1, 1), ["6"]);
	t.deepEqual(gpusOfRank(listedGpus("GPU-aa, GPU-bb"), 0, 1), ["GPU-aa"]);
});

for (const list of ["3", "GPU-aa", "", "-1", "NoDevFiles"]) {
	test(`gpusOfRank() leaves the list "${list}" alone`, (t) => {
		t.is(gpusOfRank(listedGpus(list), 0, 1), undefined);
	});
}

test("gpusOfRank() binds even where the machine has a single GPU", (t) => {
	t.deepEqual(gpusOfRank({ devices: ["0"], fixed: false }, 1, 1), ["0"]);
});

test("gpusOfRank() gives several GPUs to a rank and wraps round", (t) => {
	const list = listedGpus("0,1,2,3");
	t.deepEqual(gpusOfRank(list, 1, 2), ["2", "3"]);
	t.deepEqual(gpusOfRank(list, 2, 2), ["0", "1"]);
	t.deepEqual(gpusOfRank(list, 0, 8), ["0", "1", "2", "3"]);
	t.true(sharesGpus(list.devices, 3, 2));
	t.false(sharesGpus(list.devices, 2, 2));
});

test("gpusOfRank() leaves the environment alone where there is no GPU", (t) => {
	t.is(gpusOfRank({ devices: [], fixed: false }, 0, 1), undefined);
});

test("limitGpus() takes the first GPUs of a host, and hides them all for 0", (t) => {
	const list = listedGpus("4,5,6");
	t.deepEqual(gpusOfRank(limitGpus(list, 2), 2, 1), ["4"]);
	t.deepEqual(gpusOfRank(limitGpus(list, undefined), 2, 1), ["6"]);
	t.deepEqual(gpusOfRank(limitGpus(list, 0), 2, 1), []);
	t.deepEqual(gpusOfRank(limitGpus(listedGpus("4"), 0), 0, 1), []);
	t.is(gpusOfRank(limitGpus(listedGpus("4"), 2), 0, 1), undefined);
});
