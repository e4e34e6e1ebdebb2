/** The runtime, translated before any build asks for it, where `adoptKept` finds it. */
import { collectorSource } from "./collector.ts";
import { DEFAULT_COLLECTOR } from "./collectors.ts";
import { forgetOthers, SHIPPED } from "./kept.ts";
import { wasmRuntime } from "./wasm/build.ts";

export function translateAhead(): void {
  collectorSource(SHIPPED, DEFAULT_COLLECTOR);
  wasmRuntime(SHIPPED);
  forgetOthers(SHIPPED);
}
