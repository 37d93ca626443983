/** A text as a quoted string (RFC 9110 §5.6.4). */
export const quotedString = (text: string) => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
