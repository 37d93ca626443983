/** What comes within so many milliseconds; undefined for what comes later. */
export function inTime<T>(answer: Promise<T>, ms: number): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => resolve(undefined), ms).unref();
    void answer.then(resolve, reject).finally(() => clearTimeout(late));
  });
}
