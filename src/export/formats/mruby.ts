import { createHash } from "node:crypto";
import { frameDestinations } from "../../delivery/navigation.js";
import { decodedPath, type ExportedFile, type ExportedSite, linksOf, withoutControls } from "../format.js";
import { shareLists } from "../shared-lists.js";

/** A handler for H2O: 399 has it go on with the next handler, and push what the field announces or send it. */
const h2oHandler = (name: string) => `lambda do |env|
  link = env["REQUEST_METHOD"] == "GET" ? ${name}.link(env["SCRIPT_NAME"].to_s + env["PATH_INFO"], env["HTTP_SEC_FETCH_DEST"]) : nil
  [399, link ? { "link" => link } : {}, []]
end`;

/** Hooks of nghttpx. Untried: Debian's is built without mruby. */
const nghttpxHooks = (name: string) => `class ${name}Hooks
  def on_resp(env)
    return unless env.req.method == "GET" && [200, 304].include?(env.resp.status)
    link = ${name}.link(env.req.path, env.req.headers["sec-fetch-dest"])
    env.resp.add_header("link", link) if link
  end
end

${name}Hooks.new`;

export const h2o = (site: ExportedSite): ExportedFile[] => [
  {
    name: "h2push.rb",
    usage: [
      "For H2O: put it first into the paths of the site, with its path as it is there:",
      '  "/":',
      "    mruby.handler-file: h2push.rb",
      "    file.dir: …",
      "With http2-push-preload (on by default) H2O pushes what is announced to clients that take pushes.",
      "What a proxy.reverse.url answers it sends without Link: other clients are told nothing there.",
    ],
    text: withLists(site, h2oHandler),
  },
];

export const nghttpx = (site: ExportedSite): ExportedFile[] => [
  {
    name: "h2push.rb",
    usage: [
      "For an nghttpx that is built with mruby: pass it with --mruby-file=h2push.rb.",
      "Others, such as Debian's, pass over that option without a word: put h2push --delivery link behind them.",
      "nghttpx pushes what the Link of a response announces.",
    ],
    text: withLists(site, nghttpxHooks),
  },
];

/** The lists and a handler. A server has one space of names for all its handlers: those of two sites must not share one. */
function withLists(site: ExportedSite, handler: (name: string) => string): string {
  const lists = library(site);
  const name = `H2push_${createHash("sha256").update(lists).digest("hex").slice(0, 6)}`;
  return `module ${name}\n${lists}\n\n${handler(name)}`;
}

/** The lists, and a method that finds that of a page, in what mruby has without regular expressions. */
function library({ pages }: ExportedSite): string {
  const { lists, rules } = shareLists(pages);
  const single = rules.flatMap((rule) =>
    rule.kind === "page" ? `    ${quoted(decodedPath(rule.pathname))} => ${rule.list},` : [],
  );
  const trees = rules.flatMap((rule) =>
    rule.kind === "tree" ? `    [${quoted(decodedPath(rule.directory))}, ${rule.list}],` : [],
  );
  const links = [...lists].map(([number, page]) => `    ${number} => ${quoted(linksOf(page.links).join(", "))},`);
  return `  PAGES = {
${single.join("\n")}
  }
  DIRECTORIES = [
${trees.join("\n")}
  ]
  LINKS = {
${links.join("\n")}
  }

  SUFFIXES = ["/", ".html", ".htm", ".xhtml"]
  # A frame may be sandboxed, and what needs CORS is then refused to it.
  FRAMES = [${frameDestinations.map(quoted).join(", ")}]

  # A path may be spelled in several ways: /%61bout is /about.
  def self.decoded(path)
    first, *others = path.split("%", -1)
    others.inject(first || "") { |text, part| text + part[0, 2].to_i(16).chr + (part[2..-1] || "") }
  end

  def self.link(path, destination)
    return nil if FRAMES.include?(destination)
    page = decoded(path.split("?", 2)[0] || "")
    page = page[0, page.length - "index.html".length] if page.end_with?("/index.html")
    number = PAGES[page]
    if number.nil? && SUFFIXES.any? { |suffix| page.downcase.end_with?(suffix) }
      found = DIRECTORIES.find { |directory, _| page.start_with?(directory) }
      number = found[1] if found
    end
    link = LINKS[number]
    link == "" ? nil : link
  end
end`;
}

/** A text of Ruby in which nothing is put in; strings that stand beside each other are one. */
const quoted = (text: string) => {
  const plain = text.replaceAll(/['\\]/g, String.raw`\$&`);
  return `'${plain.replaceAll(/\p{Cc}/gu, (char) => `' "${withoutControls(char)}" '`)}'`;
};
