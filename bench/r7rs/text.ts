/**
 * A made-up book with a wanted number of lines, words and characters (line ends included): words of
 * letters that follow from a fixed seed, one space between words, as even as the numbers allow.
 */
export function textOf(lines: number, words: number, characters: number): string {
  const letters = characters - words;
  if (letters < words || words < lines) throw new RangeError("too few characters for the words");
  let seed = 1;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return (seed >> 8) % below;
  };
  /** The share of the i-th of `parts` in `total`: shares differ by at most one and add up. */
  const share = (total: number, parts: number, i: number): number =>
    Math.floor(((i + 1) * total) / parts) - Math.floor((i * total) / parts);
  const out: string[] = [];
  let word = 0;
  for (let line = 0; line < lines; line++) {
    const here: string[] = [];
    for (let left = share(words, lines, line); left > 0; left--) {
      let text = "";
      for (let n = share(letters, words, word++); n > 0; n--) {
        text += "etaoinshrdlucmfwypvbgkjqxz"[Math.min(random(26), random(26))];
      }
      here.push(text);
    }
    out.push(`${here.join(" ")}\n`);
  }
  return out.join("");
}
