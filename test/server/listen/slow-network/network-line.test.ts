import { expect, test } from "vitest";
import { Bandwidth } from "../../../../src/server/listen/slow-network/bandwidth.js";
import { Line } from "../../../../src/server/listen/slow-network/network-line.js";

const RTT = 60;

/** Sends segments over a line that loses the transmissions of these numbers, from 1 on; when each arrived, in round trips. */
async function arrivals(segments: number, lost: readonly number[], kbps = Infinity): Promise<number[]> {
  const network = { rtt: RTT, kbps, loss: 0.5 };
  const began = performance.now();
  let sent = 0;
  const times: number[] = [];
  return new Promise((done) => {
    const deliver = () => {
      if (times.push((performance.now() - began) / RTT) === segments) done(times);
    };
    const random = () => (lost.includes(++sent) ? 0 : 1);
    const line = new Line(network, new Bandwidth(network), began, deliver, random);
    for (let segment = 0; segment < segments; segment++) line.send(Buffer.alloc(1448));
  });
}

/** Round trips that a busy machine may add. */
const LATE = 0.45;

function expectAt(time: number | undefined, roundTrips: number): void {
  expect(time).toBeGreaterThan(roundTrips - 0.02);
  expect(time).toBeLessThan(roundTrips + LATE);
}

test("ten segments arrive after half a round trip, and twice as many with each round trip after that", async () => {
  const times = await arrivals(70, []);
  expectAt(times[9], 0.5);
  expectAt(times[10], 1.5);
  expectAt(times[29], 1.5);
  expectAt(times[30], 2.5);
  expectAt(times[69], 2.5);
});

test("a lost segment holds up those behind it, until it has been sent again", async () => {
  const times = await arrivals(10, [3]);
  expectAt(times[1], 0.5);
  expectAt(times[2], 1.5);
  expect(times.slice(2)).toEqual(times.slice(2).map((time) => expect.closeTo(times[2] ?? time, 1)));
});

test("when the last one is lost, it is sent again after two round trips, and then after a timeout", async () => {
  expectAt((await arrivals(10, [10])).at(-1), 2.5);
  const twice = (await arrivals(10, [10, 11])).at(-1) ?? 0;
  // After two round trips, and then after one and 200 ms.
  expectAt(twice, 3.5 + 200 / RTT);
});

test("after a loss less is under way", async () => {
  // Twenty are under way when the eleventh is missed; fourteen may be then.
  const times = await arrivals(60, [11]);
  const whole = await arrivals(60, []);
  expect(times[59]! - whole[59]!).toBeGreaterThan(0.9);
});

test("on a narrow line the segments leave one after another, with the fields that they are sent with", async () => {
  const times = await arrivals(10, [], (8 * (1448 + 66)) / (RTT / 10));
  expectAt(times[0], 0.6);
  expectAt(times[9], 1.5);
});

test("a connection whose handshake is under way holds up itself, and not the others of its client", async () => {
  const network = { rtt: RTT, kbps: 100_000, loss: 0 };
  const bandwidth = new Bandwidth(network);
  const began = performance.now();
  const arrival = (opens: number) =>
    new Promise<number>((done) => {
      const line = new Line(network, bandwidth, opens, () => done((performance.now() - began) / RTT));
      line.send(Buffer.alloc(500));
    });
  const times = await Promise.all([arrival(began + RTT), arrival(began)]);
  expectAt(times[0], 1.5);
  expectAt(times[1], 0.5);
});

test("small pieces count as segments of their own, and those that wait are sent in full ones", async () => {
  const network = { rtt: RTT, kbps: Infinity, loss: 0 };
  const pieces = Array.from({ length: 40 }, (_, piece) => Buffer.alloc(100, piece));
  const arrived: Buffer[] = [];
  await new Promise<void>((done) => {
    const line = new Line(network, new Bandwidth(network), performance.now(), (content) => arrived.push(content));
    for (const piece of pieces) line.send(piece);
    line.mark(done);
  });
  expect(Buffer.concat(arrived)).toEqual(Buffer.concat(pieces));
  expect(arrived.map(({ length }) => length)).toEqual([...Array.from({ length: 10 }, () => 100), 1448, 1448, 104]);
});
