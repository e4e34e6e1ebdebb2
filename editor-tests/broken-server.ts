/**
 * A language server with a fault, for tests that must fail with it: `broken-server.ts METHOD COMMAND…`
 * starts the real one, passes on what both sides say, and empties the answers to METHOD.
 */
import { spawn } from "node:child_process";

const [method, command, ...args] = process.argv.slice(2);
const server = spawn(command!, args, { stdio: ["pipe", "pipe", "inherit"] });
const asked = new Set<unknown>();

interface Message {
  readonly id?: unknown;
  readonly method?: string;
  result?: unknown;
}

process.stdin.on(
  "data",
  frames((message) => {
    if (message.method === method) asked.add(message.id);
    send(server.stdin, message);
  }),
);
server.stdout.on(
  "data",
  frames((message) => {
    const isAnswer = message.method === undefined && asked.delete(message.id);
    if (isAnswer) message.result = empty(message.result);
    if (message.method !== method) send(process.stdout, message);
  }),
);
process.stdin.on("end", () => server.stdin.end());
server.on("exit", (code) => process.exit(code ?? 1));

/** Nothing, in the shape that was asked for. */
function empty(result: unknown): unknown {
  if (Array.isArray(result)) return [];
  const isReport = typeof result === "object" && result !== null && "items" in result;
  return isReport ? { ...result, items: [] } : null;
}

/** Collects bytes, and hands on each whole message. */
function frames(each: (message: Message) => void): (data: Buffer) => void {
  let bytes = Buffer.alloc(0);
  return (data) => {
    bytes = Buffer.concat([bytes, data]);
    for (;;) {
      const end = bytes.indexOf("\r\n\r\n");
      const length = Number(/Content-Length: (\d+)/i.exec(bytes.toString("latin1", 0, end))?.[1]);
      if (end < 0 || bytes.length < end + 4 + length) return;
      each(JSON.parse(bytes.toString("utf8", end + 4, end + 4 + length)) as Message);
      bytes = bytes.subarray(end + 4 + length);
    }
  };
}

function send(stream: NodeJS.WritableStream, message: Message): void {
  const body = Buffer.from(JSON.stringify(message));
  stream.write(`Content-Length: ${body.length}\r\n\r\n`);
  stream.write(body);
}
