import type { Report } from "./types.js";

/** How pages were loaded, for people: the window, the network, the server, how often. */
export function conditionsOf({
  network: { name, rtt, kbps, loss = 0 },
  viewport,
  think,
  runs,
}: Pick<Report, "network" | "viewport" | "think" | "runs">): readonly string[] {
  const line = kbps === 0 ? "no limit of bandwidth" : `${kbps.toLocaleString("en")} kbit/s`;
  return [
    ...(viewport === undefined ? [] : [`window ${viewport}`]),
    `${name === undefined ? "" : `${name}: `}round trip ${rtt} ms, ${line}${loss === 0 ? "" : `, ${loss} % of packets lost`}`,
    ...(think === 0 ? [] : [`the server thinks for ${think} ms`]),
    `${runs} cold loads by each way, in turn, and as many more where those leave a difference open`,
  ];
}
