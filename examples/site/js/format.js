const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** @param {number} value */
export function number(value) {
  return whole.format(value);
}

/** @param {number} ms */
export function duration(ms) {
  return ms < 2000 ? `${whole.format(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** Names of ALPN protocols (RFC 7301) in words. @param {string} protocol */
export function protocolName(protocol) {
  return { h3: "HTTP/3", h2: "HTTP/2", "http/1.1": "HTTP/1.1" }[protocol] ?? (protocol || "unknown");
}

/** @param {number} count @param {string} one */
export function counted(count, one, many = `${one}s`) {
  return `${number(count)} ${count === 1 ? one : many}`;
}
