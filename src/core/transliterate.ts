import unidecode from "unidecode";

/**
 * Where the library's tables differ from those of the Python package of the same name, whose slugs the
 * existing service wrote into AYON. A studio that moves over must not see its folders renamed.
 *
 * Found by comparing the outputs of both packages over the whole Basic Multilingual Plane.
 */
const OVERRIDES: ReadonlyMap<string, string> = new Map([
  // Kana, by the Hepburn reading.
  ["し", "shi"],
  ["ち", "chi"],
  ["っ", "tsu"],
  ["つ", "tsu"],
  ["シ", "shi"],
  ["チ", "chi"],
  ["ッ", "tsu"],
  ["ツ", "tsu"],
  ["ー", "-"],
  ["・", "*"],
  ["ヿ", ""],
  ["゠", "="],
  // Latin and Cyrillic.
  ["Ŋ", "NG"],
  ["ŋ", "ng"],
  ["Є", "Ie"],
  ["ẛ", "S"],
  ["ẞ", "SS"],
  // Hebrew and Arabic.
  ["א", "A"],
  ["ח", "H"],
  ["ט", "T"],
  ["ך", "KH"],
  ["כ", "KH"],
  ["ץ", "TS"],
  ["צ", "TS"],
  ["ק", "k"],
  ["ש", "SH"],
  ["\u05be", "-"],
  ["\u05b0", ""],
  ["\u05ba", "o"],
  ["\u05f1", "OY"],
  ["\u05f2", "EY"],
  ["\u06ff", ""],
  // Fractions, signs and currencies.
  ["¼", " 1/4"],
  ["½", " 1/2"],
  ["¾", " 3/4"],
  ["¤", ""],
  ["№", "No. "],
  ["\u2126", "ohm"],
  ["℃", "degC"],
  ["℉", "degF"],
  ["−", "-"],
  ["∕", "/"],
  ["∖", "\\"],
  ["∗", "*"],
  ["∣", "|"],
  ["∶", ":"],
  ["∼", "~"],
  ["≤", "<="],
  ["≥", ">="],
  ["♠", "spades"],
  ["♡", "hearts"],
  ["♢", "diamonds"],
  ["♣", "clubs"],
  ["♤", "spades"],
  ["♥", "hearts"],
  ["♦", "diamonds"],
  ["♧", "clubs"],
  ["♯", "#"],
  ["₴", "UAH"],
  ["₹", "Rs"],
  ["₺", "L"],
  ["₽", "R"],
  ["₱", "P"],
  ["₲", "G"],
  ["₸", "T"],
  ["⁎", "*"],
  ["\u205f", " "],
]);

type Range = readonly [from: number, to: number];

/** Code points that the Python package drops and the library does not. */
const DROPPED: readonly Range[] = [
  [0x80, 0x9f],
  [0x2e5, 0x2eb],
  [0x2ef, 0x2fe],
  [0x3f4, 0x3f9],
  [0x3fc, 0x3ff],
  [0x13f5, 0x13fd],
  [0x1e9c, 0x1e9d],
  [0x1e9f, 0x1e9f],
  [0x1efa, 0x1eff],
  [0xfdf0, 0xfdfd],
];

/** Letters in another dress (circled, mathematical, superscript): the library knows only their plain form. */
const DRESSED: readonly Range[] = [
  [0x1d2c, 0x1d6a],
  [0x2071, 0x2071],
  [0x2090, 0x209c],
  [0x2102, 0x2149],
  [0x2460, 0x24ea],
  [0x3251, 0x325f],
  [0x32b1, 0x32bf],
  [0x1d400, 0x1d7ff],
  [0x1f100, 0x1f1ff],
];

function isIn(ranges: readonly Range[], codePoint: number): boolean {
  return ranges.some(([from, to]) => codePoint >= from && codePoint <= to);
}

function letter(character: string): string {
  if (character <= "\x7f") return character;
  const override = OVERRIDES.get(character);
  if (override !== undefined) return override;
  const codePoint = character.codePointAt(0) ?? 0;
  if (isIn(DROPPED, codePoint)) return "";
  const found =
    codePoint > 0xffff
      ? ""
      : unidecode(character)
          // What the library says of characters it does not know.
          .replace(/^\[\?\] ?$/, "")
          .replace(/\\([{}$])/g, "$1");
  if (found !== "" || !isIn(DRESSED, codePoint)) return found;
  const plain = character.normalize("NFKD");
  return plain === character ? "" : Array.from(plain, letter).join("");
}

/**
 * A text in ASCII, letter by letter: `Žižkov` → `Zizkov`, `日本` → `Ri Ben `.
 *
 * The library is asked one character at a time: given a whole string, its regular expression skips
 * characters.
 */
export function transliterate(text: string): string {
  return Array.from(text, letter).join("");
}
