/** `wright run LANG [args]`: the interpreter in the evaluator; its exit code is ours. */
import { evaluate } from "../../compiler/driver.ts";
import { nodeHeapUsage, nodeHost } from "../../compiler/eval/host-node.ts";
import { fileHost } from "../host.ts";
import { flag, type Invocation } from "../invocation.ts";
import { compileOrExit, timingTable } from "../pipeline.ts";
import { openProject } from "../project.ts";
import { UsageError } from "../options.ts";

/** More than Node's default heap; a program that needs less never notices. */
const MEMORY_LIMIT = 2 ** 31;

export async function run(call: Invocation): Promise<number> {
  const { terminal } = call;
  const [language, ...args] = call.positionals;
  const project = openProject(language);
  const { program, analysis, timings } = compileOrExit(call, project.entry, fileHost());
  if (analysis.program.main === null) throw noMain(project.entry);
  terminal.clear();
  const start = performance.now();
  const options = { memoryLimit: MEMORY_LIMIT, heapUsage: nodeHeapUsage() };
  const host = nodeHost({ interrupts: call.interrupts.words });
  const code = evaluate(program, [project.name, ...args], host, options);
  if (flag(call, "time")) {
    const all = [...timings, { stage: "run", milliseconds: performance.now() - start }];
    terminal.complain(timingTable(all, terminal.err));
  }
  return code;
}

export function noMain(entry: string): UsageError {
  return new UsageError(
    `${entry} has no function \`main\``,
    "write `def main(argv: list[str]) -> int:`",
  );
}
