/** A promise and what fulfils it. Node 20 has no `Promise.withResolvers`. */
export interface Deferred<T> {
  readonly value: Promise<T>;
  readonly fulfil: (value: T) => void;
}

export function deferred<T>(): Deferred<T> {
  let fulfil: (value: T) => void = () => undefined;
  const value = new Promise<T>((resolve) => (fulfil = resolve));
  return { value, fulfil: (given) => fulfil(given) };
}
