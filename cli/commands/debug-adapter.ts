/**
 * `wright debug-adapter`: the debug adapter protocol on standard input and output.
 *
 * The program runs in a worker, which answers for it (`debug/session.ts`); this thread passes messages on,
 * and stays free to end a program that listens to nobody.
 */
import { MessageChannel, Worker } from "node:worker_threads";
import { reader, writer, type Message, type Request } from "../debug/protocol.ts";
import type { SessionSetup } from "../debug/worker.ts";
import type { Invocation } from "../invocation.ts";

const STACK_MEGABYTES = 960;
const INTERNAL_ERROR = 3;

export function run(_call: Invocation): Promise<number> {
  const send = writer((text) => void process.stdout.write(text));
  const { port1: port, port2: remote } = new MessageChannel();
  const waiting = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL("../debug/worker.ts", import.meta.url), {
    workerData: { port: remote, waiting } satisfies SessionSetup,
    transferList: [remote],
    resourceLimits: { stackSizeMb: STACK_MEGABYTES },
  });
  port.on("message", (message: Message) => send(message));
  return new Promise((resolve) => {
    /** Nothing may keep the process from ending. */
    const leave = (code: number) => {
      port.close();
      process.stdin.destroy();
      resolve(code);
    };
    const end = (request: Request | null) => {
      void worker.terminate().then(() => {
        if (request !== null) {
          const { seq, command } = request;
          send({ type: "response", request_seq: seq, command, success: true });
          if (command === "terminate") send({ type: "event", event: "terminated" });
        }
        if (request?.command !== "terminate") leave(0);
      });
    };
    worker.on("error", (error) => {
      send({
        type: "event",
        event: "output",
        body: { category: "stderr", output: `${error.stack ?? error.message}\n` },
      });
      send({ type: "event", event: "terminated" });
      // There is nobody left who could answer.
      leave(INTERNAL_ERROR);
    });
    process.stdin.on(
      "data",
      reader((request) => {
        if (request.command === "disconnect" || request.command === "terminate") end(request);
        else {
          port.postMessage(request);
          // Wakes it when the program stands, and has it look when the program runs.
          Atomics.store(waiting, 0, 1);
          Atomics.notify(waiting, 0);
        }
      }),
    );
    process.stdin.on("end", () => end(null));
  });
}
