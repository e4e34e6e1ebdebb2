/** Monaco's client for language servers: `build.ts` says where it is. */
declare module "monaco-editor/lsp" {
  export interface Transport {
    readonly kind: unique symbol;
  }
  export function createTransportToWorker(worker: Worker): Transport;
  export class MonacoLspClient {
    constructor(transport: Transport);
  }
}

declare module "monaco-editor/features/register.all";

interface Window {
  MonacoEnvironment?: { getWorker(): Worker };
}
