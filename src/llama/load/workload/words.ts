/** Frequent words: with the blank before it, each is one token of most models' vocabularies. */
const WORDS =
	"the of and to in is that for it as was with be by on not he his but at are this have from or had an they which one you were all her she there would their we him been has when who will no more if out so up said what its about than into them can only other time new some could these two may first then do any like my now over such our man me even most made after also did many before must years where much way well down should because long each just state those people how too little good world make very year still see own work men day get here between both life being under three never know same last another while us off might great go come since against right came take used himself few house use place".split(
		" ",
	);

/** So many words by chance, each with a blank before it but the first. */
export function someWords(count: number, random: () => number): string {
	const words: string[] = [];
	for (let index = 0; index < count; index++) {
		words.push(WORDS[Math.floor(random() * WORDS.length)] ?? "");
	}
	return words.join(" ");
}
