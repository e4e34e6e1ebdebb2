/**
 * What people and files do wrong: for each row, what the VM says of it and its exit code are recorded in
 * `langs/scheme/tests/bad-input.txt`. Rows run in an empty folder, where a text is the program `bad.scm`.
 */
export interface BadInput {
  readonly name: string;
  readonly program?: string | Uint8Array;
  /** Further files, by name. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Instead of `bad.scm`. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const bytes = (...values: (number | string)[]) =>
  Buffer.concat(values.map((v) => (typeof v === "string" ? Buffer.from(v) : Buffer.of(v))));

const SMALL_HEAP = { WRIGHT_MAX_HEAP: "32m" };

export const BAD_INPUTS: readonly BadInput[] = [
  // Texts
  { name: "a list that is not closed", program: "(display 1)\n(display (+ 1 2)\n" },
  { name: "a parenthesis too many", program: "(display 1))\n" },
  { name: "a string that is not closed", program: '(display "abc\n' },
  { name: "a vector that is not closed", program: "'#(1 2" },
  { name: "a comment that is not closed", program: "#| one #| two |#\n(display 1)" },
  { name: "an unknown # syntax", program: "(display #zzz)" },
  { name: "an unknown character name", program: "(display #\\blank)" },
  { name: "a code point that is none", program: '(display "\\xD800;")' },
  { name: "a dot with nothing before it", program: "'( . 1)" },
  { name: "a dot with two data behind it", program: "'(1 . 2 3)" },
  { name: "quote without a datum", program: "(display ')" },
  { name: "a label that nothing defines", program: "'(1 #5#)" },
  { name: "a label of itself", program: "'#0=#0#" },
  { name: "a byte that is none", program: "#u8(1 256)" },
  { name: "a program that is not UTF-8", program: bytes("(display 1)\n", 0xff, ")") },
  { name: "lists nested too deeply", program: "(".repeat(2_000_000) },
  // Circular literals
  { name: "a circular literal as a program", program: "#0=(car . #0#)" },
  { name: "a circular literal among arguments", program: "(display 1 . #0=(2 . #0#))" },
  { name: "a circular body", program: "(let () . #0=((display 1) . #0#))" },
  { name: "a circular quasi-quotation", program: "(car `#0=(,car . #0#))" },
  // Syntax
  { name: "an empty combination", program: "()" },
  { name: "if without parts", program: "(define (f)\n  (if))" },
  { name: "lambda without a body", program: "(lambda (x))" },
  { name: "a parameter twice", program: "(lambda (x x) x)" },
  { name: "a parameter that is a number", program: "(lambda (1) 1)" },
  { name: "let with a bad binding", program: "(let ((x 1 2)) x)" },
  { name: "define within an expression", program: "(+ 1 (define x 2))" },
  { name: "else as a variable", program: "(display else)" },
  { name: "no rule matches", program: "(define-syntax m (syntax-rules () ((_ a) a)))\n(m 1 2)" },
  {
    name: "a template with a bad ellipsis",
    program: "(define-syntax m (syntax-rules () ((_ a) (a ...))))",
  },
  {
    name: "syntax-error",
    program: '(define-syntax m (syntax-rules () ((_ a) (syntax-error "no" a))))\n(m 5)',
  },
  { name: "set! of nothing bound", program: "(set! nowhere 1)" },
  { name: "a library that is not there", program: "(import (scheme base) (no such library))" },
  {
    name: "a name that a library does not export",
    program: "(import (only (scheme base) no-such-name))",
  },
  { name: "a name left out twice", program: "(import (except (scheme base) car car))\n(car '(1))" },
  {
    name: "a library that imports itself",
    program: "(import (loop a))",
    files: {
      "loop/a.sld": "(define-library (loop a) (import (loop a)) (export x) (begin (define x 1)))",
    },
  },
  {
    name: "a library with a mistake",
    program: "(import (bad b))",
    files: {
      "bad/b.sld":
        "(define-library (bad b) (import (scheme base)) (export f)\n (begin (define (f) (if))))",
    },
  },
  { name: "an include that is not there", program: '(include "nowhere.scm")' },
  {
    name: "an expansion without end",
    program: "(define-syntax m (syntax-rules () ((_ a) (m (a a)))))\n(m 1)",
    env: SMALL_HEAP,
  },
  // Procedures
  { name: "an unbound variable", program: "(define (f x)\n  (+ x nowhere))\n(display (f 1))" },
  { name: "too few arguments", program: "(define (f x y) x)\n(define (g) (+ 1 (f 1)))\n(g)" },
  { name: "too many arguments", program: "((lambda (x) x) 1 2)" },
  { name: "too few arguments for a primitive", program: "(display (cons 1))" },
  { name: "no clause of a case-lambda", program: "((case-lambda ((a) 1) ((a b) 2)))" },
  { name: "a call of what is no procedure", program: '(display ("abc" 1))' },
  {
    name: "car of what is no pair",
    program: "(define (first-of x)\n  (car x))\n(display (list (first-of 5)))",
  },
  { name: "cdr of the empty list", program: "(cdr '())" },
  { name: "a symbol added", program: "(+ 1 'a)" },
  { name: "division by zero", program: "(display (quotient 1 0))" },
  { name: "an index out of range", program: "(vector-ref (vector 1 2) 2)" },
  { name: "a negative index", program: '(string-ref "abc" -1)' },
  { name: "the name of a symbol changed", program: "(string-set! (symbol->string 'abc) 0 #\\x)" },
  {
    name: "the length of a circle",
    program: "(define x (list 1 2))\n(set-cdr! (cdr x) x)\n(display (length x))",
  },
  { name: "apply to what is no list", program: "(apply + 1)" },
  {
    name: "a record of another type",
    program: "(define-record-type p (make-p x) p? (x p-x))\n(display (p-x 5))",
  },
  {
    name: "fold with what is no procedure",
    program: "(import (scheme base) (srfi 1))\n(fold 1 2 '(3))",
  },
  { name: "letrec before its time", program: "(letrec* ((a (lambda () b)) (c (a)) (b 1)) c)" },
  { name: "too few values", program: "(call-with-values (lambda () (values 1 2)) (lambda (a) a))" },
  { name: "an object raised", program: "(raise 'some-object)" },
  { name: "a list raised", program: '(raise (list 1 "two" #\\3))' },
  { name: "error", program: '(define (f x)\n  (error "no good:" x "text" \'sym))\n(f 5)' },
  {
    name: "a handler that returns",
    program: "(with-exception-handler (lambda (e) 0) (lambda () (raise 'oops)))",
  },
  {
    name: "an error in an error's handler",
    program: "(with-exception-handler (lambda (e) (car e)) (lambda () (raise 'oops)))",
  },
  { name: "exit with 3", program: '(display "bye") (exit 3)' },
  { name: "exit with #f", program: "(exit #f)" },
  // Ports and files
  { name: "a missing file", program: '(open-input-file "nowhere.txt")' },
  { name: "a file in a missing folder", program: '(open-output-file "no/where.txt")' },
  { name: "a missing program", args: ["nowhere.scm"] },
  { name: "a folder as a program", args: ["."] },
  {
    name: "a file that is not UTF-8",
    program: '(define p (open-input-file "data"))\n(read-line p)',
    files: { data: bytes("abc", 0xc3, "(\n") },
  },
  { name: "bytes that are not UTF-8", program: "(utf8->string (bytevector 65 255))" },
  {
    name: "a closed port",
    program: '(define p (open-input-string "a"))\n(close-port p)\n(read-char p)',
  },
  { name: "read of half a datum", program: '(read (open-input-string "(1 (2"))' },
  { name: "output to an input port", program: '(write-char #\\a (open-input-string "a"))' },
  // Too much
  {
    name: "endless allocation",
    program: "(let loop ((l '()))\n  (loop (cons 1 l)))",
    env: SMALL_HEAP,
  },
  { name: "an endless vector", program: "(make-vector 100000000000)", env: SMALL_HEAP },
  {
    name: "an endless string",
    program: '(let loop ((s "ab"))\n  (loop (string-append s s)))',
    env: SMALL_HEAP,
  },
  { name: "endless recursion", program: "(define (f x)\n  (+ 1 (f x)))\n(f 1)", env: SMALL_HEAP },
  {
    name: "endless recursion through map",
    program: "(define (f x)\n  (map f (list x)))\n(f 1)",
    env: SMALL_HEAP,
  },
  {
    name: "an endless number",
    program: "(let loop ((n 3))\n  (loop (* n n)))",
    env: { WRIGHT_MAX_HEAP: "8m" },
  },
  // Command lines
  { name: "an unknown option", args: ["--wrong"] },
  { name: "-c without a text", args: ["-c"] },
  { name: "a mistake in -c", args: ["-c", "(car 1)"] },
  { name: "a mistake in -e", args: ["-e", "(+ 1 2) (car 1)"] },
];
