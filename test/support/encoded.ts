/** A word of each encoding beyond ASCII, and the label that a page names it by. */
const WORDS: Readonly<Record<string, string>> = {
  "utf-8": "né日",
  "windows-1252": "né’",
  "iso-8859-2": "ół",
  "windows-1251": "жук",
  "koi8-r": "жук",
  shift_jis: "日本",
  "euc-jp": "日本",
  gbk: "中文",
  big5: "中文",
  "euc-kr": "한글",
  "utf-16le": "né日",
  "utf-16be": "né日",
};

/**
 * Pages in many encodings: references, classes and queries beyond ASCII, in
 * the page, in a stylesheet that names its encoding, and in one that goes by
 * the page's.
 */
export function encodedSite(): Record<string, string | Buffer> {
  const files: Record<string, string | Buffer> = { "a.js": "", "b.png": "", "c.png": "" };
  for (const [label, word] of Object.entries(WORDS)) {
    const encode = encoder(label);
    files[`${label}/${word}.png`] = "";
    files[`${label}/own.css`] = encode(
      `@charset "${label}"; .${word} { background: url(${word}.png), url(/b.png?${word}) }`,
    );
    files[`${label}/page.css`] = encode(`.${word} { background: url(${word}.png), url(/b.png?${word}) }`);
    const meta = `<!doctype html><meta charset="${label}"><title>${word}</title>`;
    const pages = {
      references: `<img src="${word}.png"><script src="/a.js?q=${word}"></script><img src="/c.png?a=${word}&amp;b#${word}">`,
      inline: `<style>.${word} { background: url("${word}.png") }</style><p class="${word}">${word}`,
      own: `<link rel="stylesheet" href="own.css"><p class="${word}">${word}`,
      page: `<link rel="stylesheet" href="page.css"><p class="${word}">${word}`,
    };
    for (const [name, body] of Object.entries(pages)) files[`${label}/${name}.html`] = encode(meta + body);
  }
  return files;
}

/** What writes text in an encoding: Node can only read most of them. */
function encoder(label: string): (text: string) => Buffer {
  if (label === "utf-8") return (text) => Buffer.from(text);
  if (label.startsWith("utf-16")) {
    return (text) => {
      const bytes = Buffer.from(`\ufeff${text}`, "utf16le");
      return label === "utf-16le" ? bytes : bytes.swap16();
    };
  }
  const bytesOf = label === "windows-1252" ? new Map([...table("iso-8859-15"), ["’", [0x92]] as const]) : table(label);
  return (text) => Buffer.from(Array.from(text, (char) => bytesOf.get(char) ?? [0x3f]).flat());
}

/** The bytes of each character, found by reading all that one or two bytes can be. */
function table(label: string): ReadonlyMap<string, readonly number[]> {
  const decoder = new TextDecoder(label);
  const bytesOf = new Map<string, readonly number[]>();
  const add = (bytes: readonly number[]) => {
    const text = decoder.decode(Uint8Array.from(bytes));
    if (Array.from(text).length === 1 && text !== "\ufffd" && !bytesOf.has(text)) bytesOf.set(text, bytes);
  };
  for (let first = 0; first < 0x100; first += 1) add([first]);
  for (let first = 0x80; first < 0x100; first += 1)
    for (let second = 0x40; second < 0x100; second += 1) add([first, second]);
  return bytesOf;
}
