(define-library (test counter)
  (export make-counter (rename counter-next next!) counter-macro)
  (import (scheme base))
  (begin
    (define-record-type counter (make-counter* n) counter? (n counter-n set-counter-n!))
    (define (make-counter) (make-counter* 0))
    (define (counter-next c)
      (set-counter-n! c (+ (counter-n c) 1))
      (hidden c))
    (define (hidden c) (counter-n c))
    (define-syntax counter-macro
      (syntax-rules () ((_ c) (list 'hidden (hidden c)))))))

(define-library (test user)
  (export twice)
  (import (scheme base) (prefix (only (test counter) make-counter next!) counter:))
  (begin (define (twice) (let ((c (counter:make-counter))) (counter:next! c) (counter:next! c)))))

(import (scheme base) (scheme write) (rename (test counter) (next! step!)) (test user) (scheme eval))

(define-syntax show
  (syntax-rules () ((_ expression ...) (begin (begin (write expression) (newline)) ...))))

(define hidden 'mine)
(define c (make-counter))
(show (step! c) (step! c) (counter-macro c) (twice) hidden)
(show (eval '(+ 1 2) (environment '(scheme base)))
      (eval '(let ((x 1)) (* x 5)) (environment '(only (scheme base) let *))))
(show (cond-expand (full-unicode 'unicode) (else 'bytes))
      (cond-expand ((and r7rs (library (scheme base)) (not (library (no such)))) 'yes) (else 'no)))
(show (let ((car cdr)) (car '(1 2))))
(define (list . items) (cons 'my-list items))
(show (list 1 2))
(show (let-syntax ((foo (syntax-rules () ((_ x) (* x 2))))) (foo 21)))
(show (letrec-syntax ((even? (syntax-rules () ((_) #t) ((_ x . rest) (odd? . rest))))
                      (odd? (syntax-rules () ((_) #f) ((_ x . rest) (even? . rest)))))
        (even? 1 2 3 4)))
