import type { OutgoingHttpHeaders } from "node:http";
import { isHtml } from "../files/media-type.js";
import type { CompatResponse } from "./compat-exchange.js";
import { bytesOf, PageContent } from "./page-content.js";

/** Status and fields of a response, the names in lower case. */
export interface ResponseHead {
  readonly status: number;
  readonly fields: OutgoingHttpHeaders;
}

/** What is done with a response when its head is known. */
export interface Holding<Response> {
  /** Told of the head, whatever it is. */
  readonly onHead: (head: ResponseHead) => void;
  /** Takes a page, whose content comes as it is written. `own` is the response with its own methods. */
  readonly onPage: (head: ResponseHead, content: PageContent, own: Response) => void;
}

/** As much of a response as is changed: both kinds have it, in overloads of their own. */
interface Methods {
  writeHead(...args: readonly unknown[]): unknown;
  write(...args: readonly unknown[]): unknown;
  end(...args: readonly unknown[]): unknown;
  flushHeaders(...args: readonly unknown[]): unknown;
}

const METHODS = ["writeHead", "write", "end", "flushHeaders"] as const;

/**
 * Waits for the head of what somebody else answers with. What is no page goes
 * its way; a page is held, so that what it needs can be promised and linked
 * before its head. Whoever writes it notices nothing but back pressure.
 */
export function holdPage<Response extends CompatResponse>(response: Response, holding: Holding<Response>): void {
  new HeldResponse(response, holding).hold();
}

class HeldResponse<Response extends CompatResponse> {
  readonly #response: Response;
  readonly #holding: Holding<Response>;
  readonly #content: PageContent;
  /** What others have put in the place of its methods before. */
  readonly #before = new Map<string | symbol, PropertyDescriptor | undefined>();
  #isPage: boolean | undefined;

  constructor(response: Response, holding: Holding<Response>) {
    this.#response = response;
    this.#holding = holding;
    this.#content = new PageContent(() => response.emit("drain"));
  }

  hold(): void {
    this.#replace("writeHead", (...args) => {
      if (!this.#decide(headOf(this.#response, args))) return this.#methods.writeHead(...args);
      return this.#response;
    });
    this.#replace("write", (chunk, ...rest) => {
      if (!this.#decideNow()) return this.#methods.write(chunk, ...rest);
      return this.#write(chunk, rest);
    });
    this.#replace("end", (...args) => {
      if (!this.#decideNow()) return this.#methods.end(...args);
      return this.#end(args);
    });
    this.#replace("flushHeaders", (...args) => {
      if (!this.#decideNow()) this.#methods.flushHeaders(...args);
    });
  }

  /** The methods that the response has now. */
  get #methods(): Methods {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its arguments are passed on as they came
    return this.#response as unknown as Methods;
  }

  #replace(name: (typeof METHODS)[number], value: (...args: readonly unknown[]) => unknown): void {
    this.#before.set(name, Object.getOwnPropertyDescriptor(this.#response, name));
    Object.defineProperty(this.#response, name, { value, configurable: true, writable: true });
  }

  #say(name: string, get: () => boolean): void {
    this.#before.set(name, Object.getOwnPropertyDescriptor(this.#response, name));
    Object.defineProperty(this.#response, name, { get, configurable: true });
  }

  #release(): void {
    for (const [name, before] of this.#before) {
      Reflect.deleteProperty(this.#response, name);
      if (before !== undefined) Object.defineProperty(this.#response, name, before);
    }
    this.#before.clear();
  }

  /** The response as it is behind what was put in its place here. */
  #own(): Response {
    return new Proxy(this.#response, {
      get: (response, name) => {
        const before = this.#before.get(name);
        const from: object = this.#before.has(name) ? Object.getPrototypeOf(response) : response;
        const value: unknown = before === undefined ? Reflect.get(from, name, response) : before.value;
        return typeof value === "function" ? value.bind(response) : value;
      },
    });
  }

  #decideNow(): boolean {
    return this.#isPage ?? this.#decide(headOf(this.#response, []));
  }

  /** Whether the response is held as a page. */
  #decide(head: ResponseHead): boolean {
    if (this.#isPage !== undefined) return this.#isPage;
    this.#isPage = isPage(head);
    this.#holding.onHead(head);
    if (!this.#isPage) {
      this.#release();
      return false;
    }
    this.#say("headersSent", () => true);
    this.#say("writableEnded", () => this.#content.isEnded);
    this.#response.once("close", () => this.#content.end());
    this.#holding.onPage(head, this.#content, this.#own());
    return true;
  }

  #write(chunk: unknown, [encoding, callback]: readonly unknown[]): boolean {
    const done = typeof encoding === "function" ? encoding : callback;
    if (typeof chunk !== "string" && !(chunk instanceof Uint8Array)) {
      throw new TypeError("a chunk of a response has to be a text or a Uint8Array");
    }
    const bytes = bytesOf(chunk, isEncoding(encoding) ? encoding : "utf8");
    return this.#content.push(bytes, typeof done === "function" ? () => Reflect.apply(done, undefined, []) : undefined);
  }

  #end(args: readonly unknown[]): CompatResponse {
    const callback = args.findLast((arg) => typeof arg === "function");
    const [chunk, encoding] = args;
    if (this.#content.isEnded) return this.#response;
    if (callback !== undefined) this.#response.once("finish", () => Reflect.apply(callback, undefined, []));
    if (chunk !== undefined && chunk !== null && chunk !== callback) this.#write(chunk, [encoding]);
    this.#content.end();
    return this.#response;
  }
}

const isEncoding = (encoding: unknown): encoding is BufferEncoding =>
  typeof encoding === "string" && Buffer.isEncoding(encoding);

function isPage({ status, fields }: ResponseHead): boolean {
  if (status !== 200 && status !== 304) return false;
  return isHtml(String(fields["content-type"] ?? "")) && fields["content-disposition"] === undefined;
}

/** @param args those of `writeHead`: status, message, and fields as an object or a list */
function headOf(response: CompatResponse, args: readonly unknown[]): ResponseHead {
  const given: unknown = args.findLast((arg, at) => at > 0 && typeof arg === "object" && arg !== null);
  const fields: OutgoingHttpHeaders = {};
  for (const [name, value] of [...Object.entries(response.getHeaders()), ...pairsIn(given)]) {
    if (value !== undefined) fields[name.toLowerCase()] = value;
  }
  return { status: typeof args[0] === "number" ? args[0] : response.statusCode, fields };
}

/** Fields as node:http takes them: an object, a flat list, or a list of pairs. */
function pairsIn(fields: unknown): (readonly [string, OutgoingHttpHeaders[string]])[] {
  if (typeof fields !== "object" || fields === null) return [];
  if (!Array.isArray(fields)) return Object.entries(fields);
  const flat: readonly unknown[] = fields.flat();
  const byName = new Map<string, string[]>();
  for (let at = 0; at + 1 < flat.length; at += 2) {
    const name = String(flat[at]).toLowerCase();
    byName.set(name, [...(byName.get(name) ?? []), String(flat[at + 1])]);
  }
  return [...byName].map(([name, values]) => [name, values.length === 1 ? values[0] : values]);
}
