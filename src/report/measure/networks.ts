/** A network to simulate: its round-trip time in milliseconds, its bandwidth in kilobits per second (0 for no limit), the percentage of packets that are lost. */
export interface Network {
  readonly rtt: number;
  readonly kbps: number;
  readonly loss?: number;
}

/** Those that have a name: "slow-4g" as Lighthouse has it for phones, the others as WebPageTest has them. */
export const NETWORKS = {
  "slow-4g": { rtt: 150, kbps: 1600 },
  "4g": { rtt: 170, kbps: 9000 },
  cable: { rtt: 28, kbps: 5000 },
  fast: { rtt: 4, kbps: 20_000 },
} satisfies Record<string, Network>;

export type NetworkName = keyof typeof NETWORKS;
