/** The worker that runs a program on its language's virtual machine, a WebAssembly module. */
import { MemoryFiles, run } from "../../runtime/wasm/browser.mjs";
import type { RunMessage, RunRequest } from "./runs.ts";

const scope = self as unknown as {
  onmessage: (event: { readonly data: RunRequest }) => void;
  postMessage(message: RunMessage): void;
};

scope.onmessage = ({ data }) => {
  start(data).then(
    (end) => scope.postMessage({ kind: "end", ...end }),
    (error: Error) => scope.postMessage({ kind: "failure", text: error.stack ?? String(error) }),
  );
};

async function start({ module, name, args, files, input }: RunRequest) {
  scope.postMessage({ kind: "stage", text: "loading" });
  const compiled = await WebAssembly.compileStreaming(fetch(module!));
  scope.postMessage({ kind: "stage", text: "running" });
  const folder = new MemoryFiles();
  for (const [path, text] of Object.entries(files)) folder.write(path, text);
  const output = (fd: 1 | 2) => (bytes: Uint8Array) =>
    scope.postMessage({ kind: "output", fd, bytes: bytes.slice() });
  const began = performance.now();
  const code = run(compiled, {
    args: [name, ...args],
    folders: { "/": folder },
    stdin: input,
    stdout: output(1),
    stderr: output(2),
  });
  return { code, milliseconds: performance.now() - began };
}
