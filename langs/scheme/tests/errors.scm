(import (scheme base) (scheme write) (scheme read) (scheme eval))

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

;; Literals cannot be changed; what is made from them can
(try (set-car! '(1 2) 3))
(try (vector-set! #(1 2) 0 3))
(try (string-set! "ab" 0 #\x))
(try (bytevector-u8-set! #u8(1 2) 0 3))
(try (let ((list (list-copy '(1 2)))) (set-cdr! list 3) list))
(try (let ((vector (vector-copy #(1 2)))) (vector-fill! vector 3) vector))
(try (let ((string (string-append "ab"))) (string-set! string 0 #\x) string))
(try (let ((list (read (open-input-string "(1 2)")))) (set-car! list 3) list))
(try (eval '(let ((x 1)) ()) (environment '(scheme base))))

;; And not caught: message, position, calls
(define (inner x)
  (+ 1 (vector-ref x 0)))
(define (outer x)
  (* 2 (inner (list x))))
(outer 5)
