import type { ServeOptions } from "./serve-options.js";

/** An option that has no effect beside another one. */
interface Void {
  readonly option: keyof ServeOptions;
  /** The reason, as printed; undefined where the option has an effect. */
  readonly because: (options: ServeOptions) => string | undefined;
}

type Test = (options: ServeOptions) => boolean;

const isSet =
  (option: keyof ServeOptions): Test =>
  (options) =>
    options[option] !== undefined && options[option] !== false;

const when =
  (applies: Test, text: string): Void["because"] =>
  (options) =>
    applies(options) ? text : undefined;

const ownPair = ({ cert, pfx }: ServeOptions) =>
  cert === undefined && pfx === undefined
    ? undefined
    : `--${cert === undefined ? "pfx" : "cert"} is a certificate that exists already`;
const isQuiet = when(isSet("quiet"), "--quiet logs nothing");
const noScan = when(isSet("manifest"), "--manifest says what pages need, and nothing is scanned");

const noLive = when(({ live }) => live !== true, "there is no --live");

const noPushes = ({ delivery = "auto" }: ServeOptions) =>
  delivery === "auto" || delivery === "push" ? undefined : `--delivery ${delivery} pushes nothing`;

/** Every pair of options of which one makes the other void. What can't be together at all is refused elsewhere. */
const VOID: readonly Void[] = [
  { option: "name", because: ownPair },
  { option: "ca", because: ownPair },
  {
    option: "passphrase",
    because: when(({ key, pfx }) => key === undefined && pfx === undefined, "there is no --pfx and no --key"),
  },
  { option: "port", because: when(({ host = "" }) => host.startsWith("unix:"), "a unix socket has no port") },
  { option: "log", because: isQuiet },
  { option: "verbose", because: isQuiet },
  {
    option: "verbose",
    because: ({ log = "pretty", quiet }) =>
      quiet === true || log === "pretty" || log === "json" ? undefined : `--log ${log} names no targets`,
  },
  { option: "pushCount", because: noPushes },
  { option: "pushBytes", because: noPushes },
  {
    option: "announce",
    because: ({ delivery }) =>
      delivery === "push" || delivery === "none" ? `--delivery ${delivery} announces nothing` : undefined,
  },
  {
    option: "inspectPublic",
    because: when(
      ({ inspect, demo }) => inspect !== true && (inspect === false || demo !== true),
      "there is no --inspect",
    ),
  },
  { option: "proxyTimeout", because: when(({ proxy = [] }) => proxy.length === 0, "there is no --proxy") },
  { option: "liveIgnore", because: noLive },
  { option: "liveDelay", because: noLive },
  { option: "viewport", because: noScan },
  { option: "learnFile", because: when(({ learn }) => learn === false, "--no-learn learns nothing") },
  {
    option: "cache",
    because: when(({ live, cache }) => live === true && cache !== "off", "with --live clients revalidate each time"),
  },
];

/** A sentence for each option that has no effect, or less, beside another one. */
export function voidOptions(options: ServeOptions): string[] {
  const said = VOID.filter(({ option }) => isSet(option)(options)).flatMap(({ option, because }) => {
    const reason = because(options);
    return reason === undefined ? [] : [`${flagOf(option)} does nothing here: ${reason}`];
  });
  const unwatched = options.watch === false && options.live === true;
  return unwatched ? [...said, "--no-watch with --live: files are polled every 250 ms instead"] : said;
}

const flagOf = (option: string) => `--${option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
