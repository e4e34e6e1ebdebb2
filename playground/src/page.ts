/**
 * The page: Monaco with the language server in a worker, programs in others. There is no server behind
 * it but the one that hands out these files.
 *
 * A project's files are Monaco's models; its Wright files are the language server's documents below
 * `/project`. The server is started with all of them and the library's; another project is another visit
 * to the page.
 */
import { editor, MarkerSeverity, Uri, KeyCode, KeyMod } from "monaco-editor/editor";
import "monaco-editor/features/register.all";
import { createTransportToWorker, MonacoLspClient } from "monaco-editor/lsp";
import { PROJECTS, type Project } from "./projects.ts";
import type { RunMessage, RunRequest } from "./runs.ts";
import { fromFragment, toFragment, type Shared } from "./share.ts";
import { registerWright } from "./wright-language.ts";

const FOLDER = "/project/";
/** More than this of a program's output is not kept. */
const LONGEST_OUTPUT = 1_000_000;

function element<E extends HTMLElement>(id: string): E {
  return document.getElementById(id) as E;
}

const page = {
  project: element<HTMLSelectElement>("project"),
  args: element<HTMLInputElement>("args"),
  machine: element<HTMLSelectElement>("machine"),
  run: element<HTMLButtonElement>("run"),
  stop: element<HTMLButtonElement>("stop"),
  share: element<HTMLButtonElement>("share"),
  notice: element("notice"),
  files: element("files"),
  state: element("state"),
  output: element("output"),
  count: element("count"),
  problems: element("problems"),
  input: element<HTMLTextAreaElement>("input"),
};

self.MonacoEnvironment = { getWorker: () => new Worker("editor-worker.js", { type: "module" }) };
registerWright();
const library = fetchJson<Record<string, string>>("library.json");
const view = editor.create(element("editor"), {
  automaticLayout: true,
  fontSize: 13,
  minimap: { enabled: false },
  "semanticHighlighting.enabled": true,
  fixedOverflowWidgets: true,
  formatOnType: true,
  stickyScroll: { enabled: false },
});

let project: Project;
let program: Worker | null = null;

// -------------------------------------------------------------------- projects

async function fetchJson<T>(path: string): Promise<T> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return (await response.json()) as T;
}

function modelOf(path: string): editor.ITextModel | null {
  return editor.getModel(Uri.file(FOLDER + path));
}

function texts(): Record<string, string> {
  const paths = Object.keys(project.files);
  return Object.fromEntries(paths.map((path) => [path, modelOf(path)!.getValue()]));
}

async function openProject(name: string, shared: Shared | null = null): Promise<void> {
  project = await fetchJson<Project>(`projects/${name}.json`);
  page.project.value = name;
  page.args.value = shared?.args ?? project.args.join(" ");
  page.input.value = shared?.input ?? "";
  const hasModule = await fetch(`projects/${name}.wasm`, { method: "HEAD" }).then(({ ok }) => ok);
  page.machine.querySelector<HTMLOptionElement>("[value=wasm]")!.disabled = !hasModule;
  page.machine.value = hasModule ? "wasm" : "evaluator";
  const own = { ...project.files };
  for (const [path, text] of Object.entries(shared?.files ?? {})) {
    if (path in own) own[path] = text;
  }
  await startServer(own);
  for (const [path, text] of Object.entries(own)) {
    const language = path.endsWith(".wr") ? "wright" : "plaintext";
    editor.createModel(text, language, Uri.file(FOLDER + path));
  }
  showFiles();
  const wanted = shared?.open ?? project.entry;
  show(wanted in own ? wanted : project.entry);
}

async function startServer(own: Readonly<Record<string, string>>): Promise<void> {
  const server = new Worker("language-server.js", { type: "module" });
  const files: Record<string, string> = {};
  for (const [path, text] of Object.entries(await library)) files[`/library/${path}`] = text;
  for (const [path, text] of Object.entries(own)) files[FOLDER + path] = text;
  server.postMessage({ files });
  new MonacoLspClient(createTransportToWorker(server));
}

function showFiles(): void {
  const names = Object.keys(project.files).filter((one) => isShown(one));
  const buttons = names.map((name) => {
    const button = document.createElement("button");
    button.textContent = name;
    button.className = name === project.program ? "guest" : "";
    button.dataset["file"] = name;
    button.onclick = () => show(name);
    return button;
  });
  page.files.replaceChildren(...buttons);
}

/** What its Wright source embeds is there to run, not to read. */
function isShown(path: string): boolean {
  return path.endsWith(".wr") || path === project.program;
}

function show(path: string): void {
  view.setModel(modelOf(path));
  for (const button of page.files.querySelectorAll("button")) {
    button.setAttribute("aria-current", String(button.dataset["file"] === path));
  }
}

function shown(): string {
  return view.getModel()!.uri.path.slice(FOLDER.length);
}

// -------------------------------------------------------------------- problems

editor.onDidChangeMarkers(() => {
  const markers = editor
    .getModelMarkers({})
    .filter(({ severity }) => severity >= MarkerSeverity.Warning)
    .sort((a, b) => b.severity - a.severity || a.startLineNumber - b.startLineNumber);
  page.count.textContent = markers.length === 0 ? "" : String(markers.length);
  page.problems.replaceChildren(
    ...markers.map((marker) => {
      const path = marker.resource.path.slice(FOLDER.length);
      const button = document.createElement("button");
      button.className = marker.severity === MarkerSeverity.Error ? "error" : "warning";
      button.textContent = `${path}:${marker.startLineNumber}: ${marker.message}`;
      button.onclick = () => {
        show(path);
        view.setPosition({ lineNumber: marker.startLineNumber, column: marker.startColumn });
        view.revealLineInCenter(marker.startLineNumber);
        view.focus();
      };
      const item = document.createElement("li");
      item.append(button);
      return item;
    }),
  );
});

// -------------------------------------------------------------------- running

async function run(): Promise<void> {
  stop();
  page.output.replaceChildren();
  page.run.disabled = true;
  page.stop.disabled = false;
  const isModule = page.machine.value === "wasm";
  const worker = new Worker(isModule ? "vm.js" : "evaluator.js", { type: "module" });
  program = worker;
  const decoders = { 1: new TextDecoder(), 2: new TextDecoder() };
  worker.onmessage = ({ data }: { data: RunMessage }) => {
    if (program !== worker) return;
    switch (data.kind) {
      case "stage":
        page.state.textContent = `${data.text} …`;
        break;
      case "output":
        write(decoders[data.fd].decode(data.bytes, { stream: true }), data.fd === 2);
        break;
      case "end": {
        const seconds = (data.milliseconds / 1000).toFixed(2);
        finish(`exit code ${data.code}, ${seconds} s`);
        break;
      }
      case "failure":
        write(data.text, true);
        finish("failed");
    }
  };
  worker.onerror = ({ message }) => {
    write(`${message}\n`, true);
    finish("failed");
  };
  const request: RunRequest = {
    files: texts(),
    library: isModule ? {} : await library,
    entry: project.entry,
    args: page.args.value.split(" ").filter((one) => one !== ""),
    input: page.input.value,
    module: isModule ? new URL(`projects/${project.name}.wasm`, location.href).href : null,
    name: project.name,
  };
  worker.postMessage(request);
}

/** Nothing of a program is left when its worker is ended. */
function stop(): void {
  if (program === null) return;
  finish("stopped");
}

function finish(state: string): void {
  program?.terminate();
  program = null;
  page.run.disabled = false;
  page.stop.disabled = true;
  page.state.textContent = state;
}

function write(text: string, isError: boolean): void {
  if (text === "") return;
  const part = document.createElement("span");
  if (isError) part.className = "error";
  part.textContent = text;
  page.output.append(part);
  while ((page.output.textContent?.length ?? 0) > LONGEST_OUTPUT) page.output.firstChild!.remove();
  page.output.scrollTop = page.output.scrollHeight;
}

// -------------------------------------------------------------------- sharing

async function share(): Promise<void> {
  const changed = Object.entries(texts()).filter(([path, text]) => text !== project.files[path]);
  const fragment = await toFragment({
    project: project.name,
    files: Object.fromEntries(changed),
    open: shown(),
    args: page.args.value,
    input: page.input.value,
  });
  history.replaceState(null, "", location.pathname + fragment);
  try {
    await navigator.clipboard.writeText(location.href);
    page.notice.textContent = "The link is in the clipboard.";
  } catch {
    page.notice.textContent = "The link is in the address bar.";
  }
}

// -------------------------------------------------------------------- start

for (const { name, title } of PROJECTS) page.project.add(new Option(title, name));
page.project.onchange = () => {
  location.assign(`${location.pathname}?language=${page.project.value}`);
};
page.run.onclick = () => void run();
page.stop.onclick = stop;
page.share.onclick = () => void share();
view.addCommand(KeyMod.CtrlCmd | KeyCode.Enter, () => void run());
window.addEventListener("hashchange", () => location.reload());
await begin();

/** What the address says: a link that somebody shared, a language, or nothing. */
async function begin(): Promise<void> {
  const shared = await fromFragment(location.hash);
  const wanted = shared?.project ?? new URLSearchParams(location.search).get("language");
  const known = PROJECTS.find(({ name }) => name === wanted) ?? null;
  if (known === null && (location.hash !== "" || wanted !== null)) {
    page.notice.textContent = "That link cannot be read.";
  }
  const { name } = known ?? PROJECTS[0]!;
  await openProject(name, known === null ? null : shared);
}
