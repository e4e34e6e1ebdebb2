(import (scheme base) (scheme write))

;; What the VM itself finds, caught by guard
(define-syntax try
  (syntax-rules ()
    ((_ expression)
     (begin
       (write (guard (e (#t (list (error-object-message e) (error-object-irritants e)))) expression))
       (newline)))))

(try (car 1))
(try (vector-ref (vector 1 2) 2))
(try (undefined-name))
(try (5 5))
(try ((lambda (x) x)))
(try (letrec ((a b) (b 1)) a))
(try (apply car '((1) (2))))
(try (error "message" 'irritant "string"))

;; And not caught: message, position, calls
(define (inner x)
  (+ 1 (vector-ref x 0)))
(define (outer x)
  (* 2 (inner (list x))))
(outer 5)
