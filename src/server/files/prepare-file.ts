import type { IncomingHttpHeaders } from "node:http";
import type { FoundFile, Unavailable } from "../../files/file.js";
import type { Validators } from "../../files/conditions/precondition.js";
import { decide, type Decision, type Representation } from "../../files/representation/representation.js";
import type { Representations } from "../../files/representation/representations.js";
import { prepare, type Prepared } from "../../files/send-response.js";

/** What a file answers to one request, ready to go. */
export interface PreparedFile {
  readonly selected: Representation;
  readonly decision: Decision;
  readonly response: Prepared;
}

/** Selects the representation of a file, decides by the request's conditions, and opens what is to be sent. */
export async function prepareFile(
  representations: Representations,
  found: FoundFile,
  method: string,
  request: IncomingHttpHeaders,
  validators?: Partial<Validators>,
): Promise<PreparedFile | Unavailable> {
  const selected = await representations.select(found, request);
  if (typeof selected === "string") return selected;
  const decision = decide(selected, method, request, validators);
  const response = await prepare(selected, decision, method);
  return typeof response === "string" ? response : { selected, decision, response };
}
