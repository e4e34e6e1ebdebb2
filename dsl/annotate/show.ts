/** Annotations as people read them: Wright's own type syntax. */
import { unreachable } from "../syntax/diagnostics.ts";
import { find, findClass, findFunction, read } from "./cells.ts";
import type { Cell, ClassInstance } from "./cells.ts";
import type { Annotation } from "./lattice.ts";

/** The type in Wright's syntax: `int`, `list[W_Root]`, `str | None`. Recursive types print as `…`. */
export function show(annotation: Annotation): string {
  return showWithin(annotation, []);
}

export function showCell(cell: Cell): string {
  return show(read(cell));
}

function showWithin(annotation: Annotation, outer: Cell[]): string {
  switch (annotation.kind) {
    case "never":
      return "never";
    case "poison":
      return "?";
    case "none":
      return "None";
    case "bool":
    case "str":
    case "char":
    case "any_ref":
    case "ptr":
      return annotation.kind;
    case "int":
      return annotation.width;
    case "float":
      return annotation.width === "f64" ? "float" : "f32";
    case "enum":
      return annotation.symbol.name;
    case "tuple":
      return `tuple[${annotation.items.map((item) => showWithin(item, outer)).join(", ")}]`;
    case "array": {
      const text = `array[${showItem(annotation.item, outer)}]`;
      if (annotation.within === undefined) return text;
      return `inline ${text} of ${showClass(annotation.within, outer)}`;
    }
    case "weak":
      return `weak[${showItem(annotation.item, outer)}]`;
    case "instance":
      return showClass(annotation.cls, outer);
    case "function": {
      const fn = findFunction(annotation.fn);
      const params = fn.params.map((cell) => showItem(cell, outer)).join(", ");
      return `fn(${params}) -> ${showItem(fn.result, outer)}`;
    }
    case "constant":
      return showConstant(annotation);
    case "class":
      return `class ${annotation.root.name}`;
    case "optional":
      return `${showWithin(annotation.of, outer)} | None`;
    default:
      return unreachable(annotation);
  }
}

function showConstant(annotation: Extract<Annotation, { kind: "constant" }>): string {
  const value = annotation.value;
  switch (value.kind) {
    case "function":
      return `function ${value.symbol.name}`;
    case "class":
      return `class ${value.symbol.name}`;
    case "enum":
      return `enum ${value.symbol.name}`;
    case "module":
      return `module ${value.symbol.name}`;
    case "builtin":
      return `builtin ${value.symbol.name.replace(/^\w+:/, "")}`;
    case "type":
      return "type";
    default:
      return value.kind;
  }
}

function showItem(cell: Cell, outer: Cell[]): string {
  const root = find(cell);
  if (outer.includes(root)) return "…";
  outer.push(root);
  const text = showWithin(root.annotation, outer);
  outer.pop();
  return text;
}

export function showClass(cls: ClassInstance, outer: Cell[] = []): string {
  const root = findClass(cls);
  if (root.args.length === 0) return root.symbol.name;
  return `${root.symbol.name}[${root.args.map((arg) => showItem(arg, outer)).join(", ")}]`;
}

/** Structural identity of an annotation, for specialisation keys and for sharing representations. */
export function typeKey(annotation: Annotation): string {
  return keyWithin(annotation, []);
}

function keyWithin(annotation: Annotation, outer: Cell[]): string {
  switch (annotation.kind) {
    case "tuple":
      return `(${annotation.items.map((item) => keyWithin(item, outer)).join(",")})`;
    case "array": {
      const text = `array[${keyOfCell(annotation.item, outer)}]`;
      if (annotation.within === undefined) return text;
      return `${text} in ${classKeyWithin(annotation.within, outer)}`;
    }
    case "weak":
      return `weak[${keyOfCell(annotation.item, outer)}]`;
    case "instance":
      return classKeyWithin(annotation.cls, outer);
    case "enum":
      return annotation.symbol.qualifiedName;
    case "class":
      return `class ${annotation.root.qualifiedName}`;
    case "function": {
      const fn = findFunction(annotation.fn);
      return `fn(${fn.params.map((cell) => keyOfCell(cell, outer)).join(",")})->${keyOfCell(fn.result, outer)}`;
    }
    case "constant":
      return annotation.value.kind === "function"
        ? `=${annotation.value.symbol.qualifiedName}`
        : showConstant(annotation);
    case "optional":
      return `${keyWithin(annotation.of, outer)}?`;
    case "never":
      return "None";
    default:
      return showWithin(annotation, outer);
  }
}

function keyOfCell(cell: Cell, outer: Cell[]): string {
  const root = find(cell);
  const depth = outer.indexOf(root);
  if (depth >= 0) return `^${outer.length - depth}`;
  outer.push(root);
  const text = keyWithin(root.annotation, outer);
  outer.pop();
  return text;
}

function classKeyWithin(cls: ClassInstance, outer: Cell[]): string {
  const root = findClass(cls);
  if (root.args.length === 0) return root.symbol.qualifiedName;
  return `${root.symbol.qualifiedName}[${root.args.map((arg) => keyOfCell(arg, outer)).join(",")}]`;
}

export function classKey(cls: ClassInstance): string {
  return classKeyWithin(cls, []);
}
