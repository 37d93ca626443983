/** Numbers that are the same in each run (mulberry32). */
export function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const pieces = [
  ..."/ // /./ /../ . .. ... \\ ..\\ %2e %2E %2e%2e %2f %2F %5c %5C %00 %0a %0d%0a %zz % %2 %252e %252f %c0%ae %e0%80%ae".split(
    " ",
  ),
  ..."%c0%af %ef%bc%8f %u002e ; ;a=b ? ?raw # : ::$DATA ~ * | %20 + @ evil.test: //evil.test http: file: %ff %fe".split(
    " ",
  ),
  ..."secret.txt public public-secret a.txt docs b.txt .env .EnV .git config link.txt up x. CON NUL aux.txt index.html".split(
    " ",
  ),
  ..."%E9 %C3%A9 %CC%81 %E2%80%AE %F0%9F%92%A9 %EF%BB%BF %ED%A0%80 é ‮ ．． ／ 💩 etc passwd proc self environ".split(
    " ",
  ),
];

/** Request targets that nobody sends in good faith, most of them. */
export function* targets(count: number): Generator<string> {
  const below = generator(20_260_115);
  for (let n = 0; n < count; n++) {
    let target = below(20) === 0 ? "" : "/";
    for (let length = 1 + below(8); length > 0; length--) target += pieces[below(pieces.length)] ?? "";
    if (below(50) === 0) target += "x".repeat(below(3000));
    yield target;
  }
}
