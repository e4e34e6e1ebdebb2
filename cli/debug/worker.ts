/** The thread of a debugged program: see `session.ts`. */
import { receiveMessageOnPort, workerData, type MessagePort } from "node:worker_threads";
import type { Request } from "./protocol.ts";
import { Session } from "./session.ts";

export interface SessionSetup {
  readonly port: MessagePort;
  /** Not zero when there are messages that were not looked at. */
  readonly waiting: Int32Array;
}

const { port, waiting } = workerData as SessionSetup;
const session = new Session({
  send: (message) => port.postMessage(message),
  hasRequests: () => Atomics.load(waiting, 0) !== 0,
  *requests(wait) {
    if (wait) Atomics.wait(waiting, 0, 0);
    Atomics.store(waiting, 0, 0);
    for (;;) {
      const received = receiveMessageOnPort(port) as { message: Request } | undefined;
      if (received === undefined) return;
      yield received.message;
    }
  },
});
port.on("message", (request: Request) => session.handle(request));
