/** Splits a command line into words by the quotes and backslashes of sh(1), and reads nothing else of it. Throws RangeError on a quote without its end. */
export function shellWords(line: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let at = 0;
  while (at < line.length) {
    const char = line.charAt(at);
    if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      at += 1;
      continue;
    }
    const [text, next] = segment(line, at);
    word = (word ?? "") + text;
    at = next;
  }
  return word === undefined ? words : [...words, word];
}

/** What one quoted part, escaped character or plain character stands for, and where the next begins. */
export function segment(line: string, at: number): readonly [text: string, next: number] {
  const char = line.charAt(at);
  if (char === "\\") return [line.charAt(at + 1), at + 2];
  if (char !== '"' && char !== "'") return [char, at + 1];
  let text = "";
  for (let i = at + 1; i < line.length; i++) {
    const inner = line.charAt(i);
    if (inner === char) return [text, i + 1];
    if (inner === "\\" && char === '"' && /["\\$`]/.test(line.charAt(i + 1))) text += line.charAt(++i);
    else text += inner;
  }
  throw new RangeError(`a quote ${char} has no end`);
}
