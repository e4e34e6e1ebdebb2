#!r6rs
;; What R7RS programs of the suite need beyond Racket's R6RS: Debian's Racket has no R7RS.
(import
  (except (rename (rnrs) (define-record-type r6rs:define-record-type) (error r6rs:error)) bitwise-and bitwise-not div mod partition)
  (rnrs mutable-pairs)
  (rnrs mutable-strings)
  (rnrs r5rs)
  (only (racket base) current-inexact-milliseconds))

(define-syntax define-record-type
  (syntax-rules ()
    ((_ name (make-name param ...) name? (field-name accessor ...) ...)
     (r6rs:define-record-type (name make-name name?)
       (protocol (lambda (new) (lambda (param ...) (new param ...))))
       (fields (mutable field-name accessor ...) ...)))))

(define (error message . irritants)
  (apply r6rs:error #f (if (string? message) message "error") irritants))
(define (exact-integer? z) (and (number? z) (exact? z) (integer? z)))
(define (read-line port) (get-line port))
(define (square x) (* x x))
(define write-string
  (case-lambda
    ((string) (put-string (current-output-port) string))
    ((string port) (put-string port string))))
(define (this-scheme-implementation-name) "racket")
(define (current-second) (/ (current-inexact-milliseconds) 1000.0))
(define (current-jiffy) (current-second))
(define (jiffies-per-second) 1)
