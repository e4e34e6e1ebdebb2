;; Variables of bodies that are used before their definition had its turn.
(import (scheme base) (scheme write))

(define-syntax show
  (syntax-rules ()
    ((_ expression)
     (begin
       (write (guard (x ((error-object? x) (cons (error-object-message x) (error-object-irritants x))))
                expression))
       (newline)))))

(show (letrec ((a b) (b 1)) a))
(show (letrec* ((a (lambda () b)) (c (a)) (b 1)) c))
(show (let () (define a b) (define b 1) a))
(show (let () (define (h) (k)) (define (k) limit) (define r (h)) (define limit 10) r))

;; Not too early.
(show (let () (define (h) (k)) (define (k) limit) (define limit 10) (define r (h)) r))
(show (let () (define later (list (lambda () limit))) (define limit 10) ((car later))))
(show (let () (define v (vector 1 2)) (define w v) (define (f) (vector-ref w 0)) (define z (f)) z))
(show (letrec ((even? (lambda (n) (or (= n 0) (odd? (- n 1)))))
               (odd? (lambda (n) (and (> n 0) (even? (- n 1))))))
        (even? 101)))
(show (let () (define p (cons 1 (lambda () p))) (eq? p ((cdr p)))))
