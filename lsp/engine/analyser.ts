/**
 * The analysis behind the editor: from a program's texts to `ProgramData`.
 *
 * It keeps what may be used again: parsed chunks, so that an edit parses the statement it stands in,
 * and the last annotated program, so that the chain behind a type is made only when somebody asks.
 * It runs wherever it is put: in a worker thread, in a web worker, in the caller's own thread.
 *
 * Cancelling: `isCancelled` is asked between blocks of the fixpoint; when it says so, `analyse` gives
 * null, and what was known before stays.
 */
import { annotateLive, Cancelled } from "../../dsl/annotate/annotate.ts";
import type { LiveSpec } from "../../dsl/annotate/context.ts";
import { chainNotes } from "../../dsl/annotate/explain.ts";
import type { AnnotatedProgram } from "../../dsl/annotate/result.ts";
import { show } from "../../dsl/annotate/show.ts";
import { bindProgram, type BindHost } from "../../dsl/bind/bind.ts";
import { noteFrames } from "../../dsl/bind/frames.ts";
import type { BoundProgram } from "../../dsl/bind/symbols.ts";
import { FlowCache } from "../../dsl/flow/cache.ts";
import type { HighGraph, HighValue } from "../../dsl/flow/ops.ts";
import { printStatic } from "../../dsl/flow/text.ts";
import { parseModule, type ParsedModule } from "../../dsl/grammar/parser.ts";
import { withoutEchoes } from "../../dsl/syntax/echoes.ts";
import type { Diagnostic, Note } from "../../dsl/syntax/diagnostics.ts";
import {
  endOffset,
  sourceFile,
  startOffset,
  type SourceFile,
  type Span,
} from "../../dsl/syntax/source.ts";
import type { DiagnosticData, PlaceData, ProgramData, WhyData } from "./data.ts";
import { mistakesOnly, programData, STORES } from "./collect.ts";
import { goOn, liveOf, rehearse, type Live } from "./live.ts";

/** How the engine reaches texts: what editors hold comes first. */
export interface TextHost {
  read(path: string): string | null;
  readonly libraryRoot: string;
  list?(folder: string): readonly string[];
  /** A file of the project as bytes, for `embed_text`. */
  embed?(path: string): string | null;
}

/**
 * What the library's folder is called in an analysis, as on the command line: a file of it that is
 * opened as a program of its own is the user's, and checked as such.
 */
const LIBRARY_ROOT = "<library>";

export interface NamePlace {
  readonly span: Span;
  readonly value: HighValue;
}

export interface Analysed {
  readonly program: AnnotatedProgram;
  readonly places: ReadonlyMap<HighGraph, readonly NamePlace[]>;
}

/** What is kept of a program from one analysis to the next. */
interface Kept {
  bound: BoundProgram | null;
  readonly flows: FlowCache;
  /** The last complete analysis. */
  last: Analysed | null;
  /** The same, for as long as it can be taken through edits. */
  live: Live | null;
}

function newlyKept(): Kept {
  return { bound: null, flows: new FlowCache(), last: null, live: null };
}

/** What takes longer waits for the whole program. */
const FIRST_ANSWER_MILLISECONDS = 200;

export class Analyser {
  readonly #host: TextHost;
  readonly #parsed: Map<string, ParsedModule>;
  /** By entry. */
  readonly #kept = new Map<string, Kept>();
  /** Mistakes of ours that cost somebody a first answer, for tests to find none. */
  readonly faults: unknown[] = [];

  /** `parsed`: trees of files that never change, by path, as analysers may share them. */
  constructor(host: TextHost, parsed: ReadonlyMap<string, ParsedModule> = new Map()) {
    this.#host = host;
    this.#parsed = new Map(parsed);
  }

  /** The trees of the library's files that were parsed. */
  libraryTrees(): ReadonlyMap<string, ParsedModule> {
    return new Map([...this.#parsed].filter(([path]) => isLibraryPath(path)));
  }

  /**
   * Analyses the program of `entry` as its texts are now; null when cancelled. `early` gets what is
   * wrong as soon as that is known: at first, syntax and names; after an edit inside functions, as far as
   * those tell; then all of it, before everything else is collected. `rest` is called after an answer
   * to an edit, before the whole program is looked at.
   */
  analyse(
    entry: string,
    isCancelled: () => boolean = () => false,
    early: (mistakes: ProgramData) => void = () => {},
    rest: () => void = () => {},
  ): ProgramData | null {
    const start = performance.now();
    const places = new Map<HighGraph, readonly NamePlace[]>();
    const kept = this.#kept.get(entry) ?? newlyKept();
    // Should binding fail half-way, its symbols say neither what they did nor what they should.
    this.#kept.delete(entry);
    const bound = bindProgram(entry, this.#files(), (file) => this.#parse(file), kept.bound);
    noteFrames(bound);
    kept.bound = bound;
    kept.flows.rebind(bound);
    this.#kept.set(entry, kept);
    const say = (found: readonly Diagnostic[]): readonly DiagnosticData[] => {
      const all = withoutEchoes([...bound.diagnostics, ...found]);
      const diagnostics = all.map((one) => this.#located(diagnosticData(one)));
      early(mistakesOnly(entry, bound, diagnostics, performance.now() - start));
      return diagnostics;
    };
    const first = this.#firstAnswer(kept, bound, isCancelled);
    // At the start, what is wrong with names and syntax is better than nothing.
    if (first !== null || kept.last === null) say(first ?? []);
    if (first !== null) rest();
    if (isCancelled()) return null;
    try {
      const live = annotateLive(bound, {
        buildGraph: (fn, constArgs, starCount) => {
          const result = kept.flows.graph(fn, constArgs, starCount);
          if (!fn.module.isLibrary) places.set(result.graph, result.places);
          return result;
        },
        embed: (path, from) => this.#host.embed?.(joined(this.#realPath(from.path), path)) ?? null,
        isCancelled,
      });
      const analysed = { program: live.program, places };
      kept.last = analysed;
      kept.live = liveOf(live, bound, kept.flows.outlines);
      kept.flows.sweep();
      const milliseconds = performance.now() - start;
      const diagnostics = say(live.program.diagnostics);
      if (isCancelled()) return null;
      const data = programData(entry, analysed, diagnostics, milliseconds, isCancelled);
      const definitions = data.definitions.map((one) =>
        one.path === null ? one : { ...one, path: this.#realPath(one.path) },
      );
      return { ...data, definitions };
    } catch (error) {
      if (error instanceof Cancelled) return null;
      throw error;
    }
  }

  /** Reads what every program needs, so that the first one need not wait for it. */
  prepare(): void {
    bindProgram(`${LIBRARY_ROOT}/wright/builtins.wr`, this.#files(), (file) => this.#parse(file));
  }

  /** The files as they are now, each read once. */
  #files(): BindHost {
    const files = new Map<string, SourceFile | null>();
    const read = (path: string): SourceFile | null => {
      let file = files.get(path);
      if (file === undefined) {
        const text = this.#host.read(this.#realPath(path));
        file = text === null ? null : this.#fileOf(path, text);
        files.set(path, file);
      }
      return file;
    };
    return {
      read,
      libraryRoot: LIBRARY_ROOT,
      list: (folder) => this.#host.list?.(this.#realPath(folder)) ?? [],
    };
  }

  /**
   * What the annotator has to say as far as the functions that were edited tell, when that is soon
   * said; null when it is not.
   */
  #firstAnswer(
    kept: Kept,
    bound: BoundProgram,
    isCancelled: () => boolean,
  ): readonly Diagnostic[] | null {
    const { live } = kept;
    if (live === null) return null;
    const end = performance.now() + FIRST_ANSWER_MILLISECONDS;
    const isTooLate = () => isCancelled() || performance.now() > end;
    const parsed = (path: string) => this.#parsed.get(path);
    try {
      return goOn(live, bound, kept.flows.outlines, parsed, isTooLate);
    } catch (error) {
      // Whatever went wrong, the look at the whole program that follows does not depend on it.
      if (!(error instanceof Cancelled)) this.faults.push(error);
      live.isBroken = true;
      return null;
    } finally {
      if (live.isBroken) kept.live = null;
    }
  }

  /**
   * To be called when there is time, after a program was analysed for the first time: the first edit is
   * then as fast as any other.
   */
  rehearse(entry: string): void {
    const kept = this.#kept.get(entry);
    if (kept === undefined || kept.live === null || kept.bound === null) return;
    try {
      rehearse(kept.live, kept.bound);
    } catch (error) {
      this.faults.push(error);
    } finally {
      if (kept.live.isBroken) kept.live = null;
    }
  }

  /** The chain behind the type at `offset` of the text that was analysed last. */
  why(entry: string, path: string, offset: number): WhyData | null {
    const analysed = this.#kept.get(entry)?.last ?? null;
    if (analysed === null) return null;
    const found = smallestAt(analysed, path, offset);
    if (found === null) return null;
    const { spec, value } = found;
    if (value.kind === "const") {
      return { type: `the constant ${printStatic(value.value)}`, notes: [] };
    }
    const notes = chainNotes({ spec, variable: value.id }).map((one) =>
      this.#noteAt(noteData(one)),
    );
    return { type: show(spec.annotations[value.id]!), notes };
  }

  /** Syntax errors alone, without a look at anything else: what can be said on every key. */
  parse(path: string, text: string): ParsedModule {
    const parsed = parseModule(this.#fileOf(path, text), this.#parsed.get(path));
    this.#parsed.set(path, parsed);
    return parsed;
  }

  /** Where a file lies. */
  #realPath(path: string): string {
    return isLibraryPath(path) ? this.#host.libraryRoot + path.slice(LIBRARY_ROOT.length) : path;
  }

  #located(one: DiagnosticData): DiagnosticData {
    return {
      ...one,
      path: this.#realPath(one.path),
      notes: one.notes.map((note) => this.#noteAt(note)),
    };
  }

  #noteAt({ message, place }: DiagnosticData["notes"][number]): DiagnosticData["notes"][number] {
    return {
      message,
      place: place === null ? null : { ...place, path: this.#realPath(place.path) },
    };
  }

  #fileOf(path: string, text: string): SourceFile {
    const known = this.#parsed.get(path);
    return known?.file.text === text ? known.file : sourceFile(path, text);
  }

  #parse(file: SourceFile): ParsedModule {
    const known = this.#parsed.get(file.path);
    if (known?.file === file) return known;
    const parsed = parseModule(file, known);
    this.#parsed.set(file.path, parsed);
    return parsed;
  }
}

function isLibraryPath(path: string): boolean {
  return path === LIBRARY_ROOT || path.startsWith(`${LIBRARY_ROOT}/`);
}

interface Candidate {
  readonly spec: LiveSpec;
  readonly span: Span;
  readonly value: HighValue;
  readonly isName: boolean;
}

/** The smallest name or operation around a place that has a type; names win. */
function smallestAt({ program, places }: Analysed, path: string, offset: number): Candidate | null {
  let best: Candidate | null = null;
  const offer = (candidate: Candidate) => {
    const { span, spec, value, isName } = candidate;
    if (span.chunk.file.path !== path) return;
    if (offset < startOffset(span) || offset > endOffset(span)) return;
    if (value.kind === "var" && spec.annotations[value.id] === undefined) return;
    const width = span.end - span.start;
    const least = best === null ? Number.POSITIVE_INFINITY : best.span.end - best.span.start;
    if (width < least || (width === least && isName && best?.isName === false)) best = candidate;
  };
  for (const spec of program.specs as readonly LiveSpec[]) {
    if (spec.graph === null || spec.symbol.module.path !== path) continue;
    for (const { span, value } of places.get(spec.graph) ?? []) {
      offer({ spec, span, value, isName: true });
    }
    for (const block of spec.graph.blocks) {
      for (const op of block.ops) {
        const at = op.aux.nameSpan;
        if (op.name === "setattr" && at !== undefined) {
          offer({ spec, span: at, value: op.args[1]!, isName: true });
        } else if (op.span !== null && !STORES.has(op.name)) {
          offer({ spec, span: op.span, value: op.result, isName: false });
        }
      }
    }
  }
  return best;
}

export function placeData(at: Span): PlaceData {
  return { path: at.chunk.file.path, start: startOffset(at), end: endOffset(at) };
}

function noteData({ message, span }: Note): DiagnosticData["notes"][number] {
  return { message, place: span === null ? null : placeData(span) };
}

export function diagnosticData(one: Diagnostic): DiagnosticData {
  const { code, severity, message, help } = one;
  return { code, severity, message, help, notes: one.notes.map(noteData), ...placeData(one.span) };
}

/** A path relative to the folder of `from`. */
function joined(from: string, path: string): string {
  return `${from.slice(0, from.lastIndexOf("/") + 1)}${path}`;
}
