/** How urgent a response is to its client (RFC 9218 §4). */
export interface Priority {
  /** From 0, the most urgent, to 7; half a step less for what goes behind others like it. */
  readonly urgency: number;
  /** Of use to the client in parts: it may share the line with others like it. */
  readonly incremental: boolean;
}

const DEFAULT: Priority = { urgency: 3, incremental: false };

/**
 * That of a response which a `Link` field has asked for ahead of the page. It
 * goes behind what the page itself asks for as urgently: a font that is
 * announced does not hold up a script that blocks rendering.
 */
export function behindOthers({ urgency, incremental }: Priority): Priority {
  return { urgency: urgency + 0.5, incremental };
}

/** Reads a `priority` field; what it does not say, or not well, has its default. */
export function readPriority(field: string | undefined): Priority {
  if (field === undefined) return DEFAULT;
  let urgency = 3;
  let incremental = false;
  for (const member of field.split(",")) {
    const [, key, value] = /^[\t ]*([a-z*][\w.*-]*)(?:=([^;\t ]*))?/.exec(member) ?? [];
    if (key === "u") urgency = /^[0-7]$/.test(value ?? "") ? Number(value) : 3;
    if (key === "i") incremental = value === undefined || value === "?1";
  }
  return { urgency, incremental };
}
