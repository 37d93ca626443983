import type { OutgoingHttpHeaders } from "node:http";

/** The value of a field, in one line where it has several (RFC 9110 §5.3); undefined where it is not there. */
export function fieldText(field: OutgoingHttpHeaders[string]): string | undefined {
  return field === undefined ? undefined : [field].flat().join(", ");
}
