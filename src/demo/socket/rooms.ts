import { RateLimit } from "../../io/rate-limit.js";
import type { ServerWebSocket } from "../../server/routes/web-socket.js";

/** What may wait for a member that reads slowly (bytes): beyond it, the member is sent away, and holds up nobody. */
export const MAX_BUFFERED_BYTES = 1024 * 1024;

/** Messages that a member may say at once, and in each second. */
const BURST = 50;
const PER_SECOND = 50;

interface Room {
  readonly members: Set<Member>;
  /** Names are numbers: who came first is 1. */
  last: number;
}

/** Rooms in which everybody hears what one says. A room is there as long as somebody is in it. */
export class Rooms {
  readonly #rooms = new Map<string, Room>();

  /** Lets a socket in; it leaves when it closes. */
  join(name: string, socket: ServerWebSocket): Member {
    const room = this.#rooms.get(name) ?? { members: new Set(), last: 0 };
    this.#rooms.set(name, room);
    const member = new Member((room.last += 1), socket, room.members);
    room.members.add(member);
    socket.on("close", () => {
      room.members.delete(member);
      if (room.members.size === 0) this.#rooms.delete(name);
      member.tell({ type: "left", name: member.name, members: room.members.size });
    });
    member.tell({ type: "joined", name: member.name, members: room.members.size });
    return member;
  }
}

/** One in a room. */
export class Member {
  readonly name: number;
  readonly #socket: ServerWebSocket;
  readonly #all: ReadonlySet<Member>;
  readonly #rate = new RateLimit(BURST, PER_SECOND);

  constructor(name: number, socket: ServerWebSocket, all: ReadonlySet<Member>) {
    this.name = name;
    this.#socket = socket;
    this.#all = all;
  }

  say(text: string): void {
    const now = performance.now();
    if (this.#rate.left(now) < 1) return this.#socket.close(4008, "too many messages");
    this.#rate.take(now);
    this.tell({ type: "said", name: this.name, text });
  }

  /** Tells everybody in the room. */
  tell(told: object): void {
    const message = JSON.stringify(told);
    for (const member of this.#all) member.#hear(message, member === this);
  }

  #hear(message: string, isOwn: boolean): void {
    if (this.#socket.bufferedAmount > MAX_BUFFERED_BYTES) return this.#socket.terminate();
    this.#socket.send(isOwn ? message.replace(/^\{/, '{"own":true,') : message);
  }
}
