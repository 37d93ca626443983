/** How urgent a response is to its client (RFC 9218 §4). */
export interface Priority {
  /** From 0, the most urgent, to 7. */
  readonly urgency: number;
  /** Of use to the client in parts: it may share the line with others like it. */
  readonly incremental: boolean;
}

const DEFAULT: Priority = { urgency: 3, incremental: false };

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
