(import (scheme base) (scheme write) (scheme lazy) (scheme case-lambda))

(define-syntax show
  (syntax-rules () ((_ expression ...) (begin (begin (write expression) (newline)) ...))))

;; Lists, higher-order procedures, loops
(define (double x) (* x 2))
(show (map double '(1 2 3))
      (map + '(1 2 3) '(10 20))
      (do ((i 0 (+ i 1)) (l '() (cons i l))) ((= i 5) l))
      (let loop ((i 0) (acc '()))
        (if (< i 3)
            (loop (+ i 1) (cons (lambda () i) acc))
            (map (lambda (f) (f)) acc)))
      (case 3 ((1 2) 'low) ((3 4) 'mid) (else 'high))
      (case 'x ((x) => (lambda (key) (list key 'found))) (else 'no)))

;; Quasi-quotation
(show `(1 ,(+ 1 1) ,@(list 3 4) #(a ,(double 4)))
      `(outer `(x ,(y ,(double 1))))
      `(1 . ,(+ 1 1)))

;; Macros
(define-syntax swap!
  (syntax-rules () ((_ a b) (let ((tmp a)) (set! a b) (set! b tmp)))))
(define tmp 1)
(define other 2)
(swap! tmp other)
(show (list tmp other))
(define-syntax my-or
  (syntax-rules () ((_) #f) ((_ e) e) ((_ e r ...) (let ((t e)) (if t t (my-or r ...))))))
(define t 5)
(show (my-or #f t))
(define-syntax my-let*
  (syntax-rules ()
    ((_ () body ...) (let () body ...))
    ((_ ((n v) more ...) body ...) (let ((n v)) (my-let* (more ...) body ...)))))
(show (my-let* ((a 1) (b (+ a 1))) (list a b)))
(define-syntax be-like-begin
  (syntax-rules ()
    ((_ name) (define-syntax name (syntax-rules () ((_ expr (... ...)) (begin expr (... ...))))))))
(be-like-begin sequence)
(show (sequence 1 2 3 4))
(show (let ((=> #f)) (cond (#t => 'ok))))

;; Records, values, parameters
(define-record-type point (make-point x y) point? (x point-x set-point-x!) (y point-y))
(define p (make-point 3 4))
(set-point-x! p 10)
(show (list (point-x p) (point-y p) (point? p) (point? 1)))
(define-values (a b . c) (values 1 2 3 4))
(show (list a b c))
(show (let-values (((x y) (values 1 2)) ((z . rest) (values 3 4 5))) (list x y z rest)))
(show (let*-values (((a b) (values 1 2)) ((x y) (values b a))) (list a b x y)))
(define radix (make-parameter 10 (lambda (x) (* x 2))))
(show (list (radix) (parameterize ((radix 3)) (radix)) (radix)))
(define plus (case-lambda ((a) a) ((a b) (+ a b)) ((a b . rest) (apply + a b rest))))
(show (list (plus 1) (plus 1 2) (plus 1 2 3 4)))

;; Control
(show (call/cc (lambda (k) (dynamic-wind (lambda () (display "in ")) (lambda () (k 'out)) (lambda () (display "after "))))))
(show (guard (e (#t (list 'caught (error-object-message e) (error-object-irritants e)))) (error "bad" 1 2)))
(show (guard (e ((pair? e) (list 'pair e)) ((null? e) 'null)) (raise '())))
(show (guard (e ((assq 'a e) => cdr) ((assq 'b e))) (raise (list (cons 'a 42)))))
(show (guard (e ((assq 'a e) => cdr) ((assq 'b e))) (raise (list (cons 'b 23)))))
(show (guard (outer (#t (list 'outer outer))) (guard (inner ((null? inner) 'no)) (raise 'reraised))))
(show (with-exception-handler (lambda (e) 42) (lambda () (+ 1 (raise-continuable 'c)))))
(show (call-with-values (lambda () (values 1 2)) cons))

;; Tail calls and deep recursion
(define (count n acc) (if (= n 0) acc (count (- n 1) (+ acc n))))
(show (count 100000 0))
(define (deep n) (if (= n 0) 0 (+ 1 (deep (- n 1)))))
(show (deep 10000))
(define (even-number? n)
  (define (ev? n) (if (= n 0) #t (od? (- n 1))))
  (define (od? n) (if (= n 0) #f (ev? (- n 1))))
  (ev? n))
(show (even-number? 1001))

;; Promises
(define naturals (let loop ((i 0)) (delay (cons i (loop (+ i 1))))))
(show (car (force (cdr (force naturals)))))
(define (stream-loop n) (if (= n 0) (delay 'done) (delay-force (stream-loop (- n 1)))))
(show (force (stream-loop 10000)))

;; letrec, and variables that are assigned
(show (letrec ((a (lambda () b)) (b 2)) (a)))
(define (make-counter)
  (let ((n 0)) (lambda () (set! n (+ n 1)) n)))
(define c1 (make-counter))
(define c2 (make-counter))
(c1)
(show (list (c1) (c2)))

;; Circular data
(show '#0=(a b . #0#))
