; Scheme on its own virtual machine, in a worker of this page.
(import (scheme base) (scheme write))

(define (primes limit)
  (let ((composite (make-vector (+ limit 1) #f)))
    (let loop ((n 2) (found '()))
      (cond
        ((> n limit) (reverse found))
        ((vector-ref composite n) (loop (+ n 1) found))
        (else
          (do ((multiple (* n n) (+ multiple n)))
              ((> multiple limit))
            (vector-set! composite multiple #t))
          (loop (+ n 1) (cons n found)))))))

(display "Primes below 100: ")
(write (primes 100))
(newline)

; Integers have no end, and continuations can be entered again.
(display "2 to the 200th: ")
(write (expt 2 200))
(newline)

(define (tree->generator tree)
  (define return #f)
  (define (next)
    (call/cc (lambda (resume)
      (for-each
        (lambda (leaf)
          (call/cc (lambda (rest)
            (set! next (lambda () (rest #f)))
            (resume leaf))))
        tree)
      (set! next (lambda () 'end))
      (return 'end))))
  (lambda () (call/cc (lambda (back) (set! return back) (back (next))))))

(define numbers (tree->generator '(1 2 3)))
(write (numbers))
(newline)
