import test from "ava";
import { validateModel } from "../../../../src/llama/index.ts";
import { meantAddress, modelAddress } from "../../../../src/llama/model/download/address.ts";

test("modelAddress() tells addresses from paths", (t) => {
	for (const path of ["m.gguf", "a/b", "./hf:a/b", "/x/y.gguf", "hf:", "hf:me", "http//x.gguf"])
		t.is(modelAddress(path), undefined, path);
	t.is(modelAddress("hf:me/repo:Q8_0")?.file, undefined);
	t.is(modelAddress("https://h/d/m%20x.gguf?sig=1")?.file, "m x.gguf");
	t.is(modelAddress("https://h/d/..%2fm.gguf")?.file, "..%2fm.gguf");
	t.is(modelAddress("https://h/d/m.gguf?sig=1")?.folder, modelAddress("https://h/d/n.gguf")?.folder);
	t.not(modelAddress("https://h/e/m.gguf")?.folder, modelAddress("https://h/d/m.gguf")?.folder);
});

test("a path like USER/REPO with no file is told about hf:", async (t) => {
	t.is(meantAddress("me/repo-GGUF:Q8_0"), "hf:me/repo-GGUF:Q8_0");
	for (const path of ["a/b.gguf", "./b", "/a/b", "a/b/c", "b", "../b"])
		t.is(meantAddress(path), undefined, path);
	await t.throwsAsync(validateModel("me/repo"), {
		message:
			"Cannot load model me/repo: there is no such file; to download it from Hugging Face, write hf:me/repo",
	});
});
