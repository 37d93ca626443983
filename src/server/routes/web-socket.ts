/** The server's end of a WebSocket (RFC 6455), open from the beginning. */
export interface ServerWebSocket {
  /** Bytes that wait to be sent: a client that reads slowly lets it grow. Close the socket when it is too much. */
  readonly bufferedAmount: number;
  /** The subprotocol that was agreed on; "" for none. */
  readonly protocol: string;
  /** Sends a text or bytes; `sent` is called when they are on their way, or with what went wrong. */
  send(message: string | Uint8Array, sent?: (error?: Error) => void): void;
  /** Asks the client whether it is there: it answers with a pong by itself (§5.5.2). */
  ping(): void;
  /** Reads nothing until `resume`: what the client sends meanwhile waits on its side. */
  pause(): void;
  resume(): void;
  /** Says goodbye. @param code 1000, or 3000 to 4999 (§7.4) @param reason 123 bytes at most */
  close(code?: number, reason?: string): void;
  /** Ends it without a word. */
  terminate(): void;
  on(event: "message", listener: (data: Buffer, isBinary: boolean) => void): unknown;
  on(event: "pong", listener: () => void): unknown;
  /** @param listener is given the client's code, or 1005 for none, or 1006 when it went without a word */
  on(event: "close", listener: (code: number, reason: Buffer) => void): unknown;
}

export interface WebSocketOptions {
  /** One of those that the client's `sec-websocket-protocol` names. */
  readonly protocol?: string;
  /** The longest message that is taken (bytes; 1 MiB by default): a longer one ends the socket with 1009. */
  readonly maxPayload?: number;
}

/** A WebSocket, and what its route returns. */
export interface AcceptedWebSocket {
  readonly socket: ServerWebSocket;
  /** Stands for the handshake's response, which has been sent. */
  readonly response: Response;
}
