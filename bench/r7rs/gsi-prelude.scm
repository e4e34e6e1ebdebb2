;; What Debian's Gambit (4.9.3) lacks of R7RS, as far as the benchmarks ask for it.
(declare (standard-bindings) (extended-bindings))
(define (this-scheme-implementation-name) "gsi")
(define (flush-output-port port) (force-output port))
(define (current-second) (time->seconds (current-time)))
(define (current-jiffy) (time->seconds (current-time)))
(define (jiffies-per-second) 1)
