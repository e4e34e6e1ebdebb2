/** Wright for Monaco: words, strings, comments. What names mean, the language server says. */
import { languages } from "monaco-editor/editor";

/** From the token table, when the page is built. */
declare const WRIGHT_WORDS: {
  readonly keywords: readonly string[];
  readonly constants: readonly string[];
};

export function registerWright(): void {
  languages.register({ id: "wright", extensions: [".wr"] });
  languages.setLanguageConfiguration("wright", {
    comments: { lineComment: "#" },
    brackets: [
      ["(", ")"],
      ["[", "]"],
      ["{", "}"],
    ],
    autoClosingPairs: ["()", "[]", "{}", '""'].map((pair) => ({ open: pair[0]!, close: pair[1]! })),
    indentationRules: {
      increaseIndentPattern: /:\s*(#.*)?$/,
      decreaseIndentPattern: /^\s*(else|elif|except|finally)\b/,
    },
    onEnterRules: [
      { beforeText: /:\s*(#.*)?$/, action: { indentAction: languages.IndentAction.Indent } },
    ],
  });
  languages.setMonarchTokensProvider("wright", {
    keywords: [...WRIGHT_WORDS.keywords],
    constants: [...WRIGHT_WORDS.constants],
    tokenizer: {
      root: [
        [/#.*$/, "comment"],
        [/[bfr]*"""/, "string", "@long"],
        [/[bfr]*"(?:[^"\\]|\\.)*"/, "string"],
        [/[bfr]*'(?:[^'\\]|\\.)*'/, "string"],
        [/\b0[xob][\da-fA-F_]+\b|\b\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?\b/, "number"],
        [/@\w+/, "annotation"],
        [
          /[A-Za-z_]\w*/,
          { cases: { "@keywords": "keyword", "@constants": "constant", "@default": "identifier" } },
        ],
      ],
      long: [
        [/"""/, "string", "@pop"],
        [/[^"]+|"/, "string"],
      ],
    },
  });
}
