/** A user without a colon and a password, both without control characters (RFC 7617 §2). */
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
export const isCredentials = (text: string) => /^[^:\u0000-\u001f\u007f]+:[^\u0000-\u001f\u007f]+$/.test(text);

/** The file that `@FILE` names, or undefined. */
export const credentialsFile = (auth: string | undefined) =>
  auth?.startsWith("@") === true ? auth.slice(1) : undefined;
