/**
 * The messages of the debug adapter protocol, as far as we speak it, and their frames on a stream: a header
 * with the length, an empty line, JSON.
 */

export interface Request {
  readonly seq: number;
  readonly type: "request";
  readonly command: string;
  readonly arguments?: unknown;
}

export type Message =
  | Request
  | {
      readonly type: "response";
      readonly request_seq: number;
      readonly command: string;
      readonly success: boolean;
      readonly message?: string;
      readonly body?: unknown;
    }
  | { readonly type: "event"; readonly event: string; readonly body?: unknown };

/** Each whole message of what arrives, whatever its pieces. */
export function reader(each: (request: Request) => void): (data: Buffer) => void {
  let bytes = Buffer.alloc(0);
  return (data) => {
    bytes = Buffer.concat([bytes, data]);
    for (;;) {
      const end = bytes.indexOf("\r\n\r\n");
      if (end < 0) return;
      const header = bytes.toString("latin1", 0, end);
      const length = Number(/^Content-Length: *(\d+)/im.exec(header)?.[1]);
      const start = end + 4;
      if (Number.isNaN(length)) {
        bytes = bytes.subarray(start);
        continue;
      }
      if (bytes.length < start + length) return;
      each(JSON.parse(bytes.toString("utf8", start, start + length)) as Request);
      bytes = bytes.subarray(start + length);
    }
  };
}

/** Frames of messages, numbered as the protocol wants it. */
export function writer(write: (text: string) => void): (message: Message) => void {
  let seq = 1;
  return (message) => {
    const body = JSON.stringify({ ...message, seq: seq++ });
    write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  };
}

// ---------------------------------------------------------------- arguments of requests

export interface LaunchArguments {
  /** A folder with a langwright.json, or a `.wr` file. */
  readonly program?: string;
  readonly args?: readonly string[];
  readonly stopOnEntry?: boolean;
  /** What the program reads from standard input, which is the protocol's. */
  readonly input?: string;
  readonly noDebug?: boolean;
  /** Run a test instead of the language: its file and the function's name. */
  readonly test?: { readonly file: string; readonly name: string };
}

export interface SourceBreakpoint {
  readonly line: number;
  readonly condition?: string;
  readonly hitCondition?: string;
  readonly logMessage?: string;
}
