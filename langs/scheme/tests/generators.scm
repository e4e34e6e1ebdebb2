;; Generators, coroutines and backtracking made of call/cc. The tests run this program as it is and
;; again with a collection at every allocation: continuations that are entered again and again are
;; what a moving collector gets wrong first.
(import (scheme base) (scheme write))

(define (show . things) (for-each display things) (newline))

;; A generator walks a tree and gives its leaves one by one: each leaf is a switch to the caller and back.
(define (tree->generator tree)
  (define return #f)
  (define (resume)
    (let walk ((tree tree))
      (cond ((null? tree) #f)
            ((pair? tree) (walk (car tree)) (walk (cdr tree)))
            (else
             (call/cc
              (lambda (rest)
                (set! resume (lambda () (rest #f)))
                (return tree))))))
    (set! resume (lambda () (return (eof-object))))
    (resume))
  (lambda ()
    (call/cc
     (lambda (k)
       (set! return k)
       (resume)))))

(define (same-fringe? a b)
  (let ((next-a (tree->generator a)) (next-b (tree->generator b)))
    (let loop ((count 0))
      (let ((x (next-a)) (y (next-b)))
        (cond ((not (eqv? x y)) (list #f count x y))
              ((eof-object? x) (list #t count))
              (else (loop (+ count 1))))))))

(define (left-tree n)
  (let loop ((i 0) (tree '()))
    (if (= i n) tree (loop (+ i 1) (cons tree (cons i '()))))))

(define (right-tree from n)
  (if (= from n) '() (cons from (right-tree (+ from 1) n))))

(show "fringe " (same-fringe? (left-tree 200) (right-tree 0 200)))
(show "fringe " (same-fringe? (left-tree 200) (append (right-tree 0 150) '(x) (right-tree 151 200))))

;; Coroutines: a queue of continuations; a producer, a filter and a consumer that hand values on.
(define queue '())
(define (enqueue! thunk) (set! queue (append queue (list thunk))))
(define (run-next!)
  (let ((thunk (car queue)))
    (set! queue (cdr queue))
    (thunk)))
(define (yield)
  (call/cc
   (lambda (k)
     (enqueue! (lambda () (k #f)))
     (run-next!))))

(define-record-type channel
  (make-channel full? value)
  channel?
  (full? channel-full? set-channel-full!)
  (value channel-value set-channel-value!))

(define (send! channel value)
  (if (channel-full? channel)
      (begin (yield) (send! channel value))
      (begin (set-channel-value! channel value) (set-channel-full! channel #t))))
(define (receive! channel)
  (if (channel-full? channel)
      (let ((value (channel-value channel)))
        (set-channel-full! channel #f)
        value)
      (begin (yield) (receive! channel))))

(define (sieve count)
  (define found '())
  (define done #f)
  (define (filter-multiples prime from to)
    (let loop ()
      (let ((n (receive! from)))
        (if (not (= 0 (modulo n prime))) (send! to n))
        (loop))))
  (define first (make-channel #f #f))
  (enqueue! (lambda () (let loop ((n 2)) (send! first n) (loop (+ n 1)))))
  (call/cc
   (lambda (exit)
     (set! done exit)
     (let loop ((source first) (left count))
       (if (= left 0) (done #f))
       (let ((prime (receive! source)) (next (make-channel #f #f)))
         (set! found (cons prime found))
         (enqueue! (lambda () (filter-multiples prime source next)))
         (loop next (- left 1))))))
  (set! queue '())
  (reverse found))

(show "primes " (sieve 12))

;; Backtracking: amb with a stack of choices, each a continuation that is entered again.
(define choices '())
(define (fail)
  (if (null? choices)
      (error "no way out")
      (let ((choice (car choices)))
        (set! choices (cdr choices))
        (choice #f))))
(define (amb options)
  (call/cc
   (lambda (k)
     (for-each
      (lambda (option)
        (set! choices (cons (lambda (ignored) (k option)) choices)))
      (reverse options))
     (fail))))
(define (require! condition) (if (not condition) (fail)))

(define (queens n)
  (define (safe? row placed)
    (let loop ((placed placed) (distance 1))
      (or (null? placed)
          (and (not (= (car placed) row))
               (not (= (abs (- (car placed) row)) distance))
               (loop (cdr placed) (+ distance 1))))))
  (define rows (let loop ((i n) (rows '())) (if (= i 0) rows (loop (- i 1) (cons i rows)))))
  (let loop ((column 0) (placed '()))
    (if (= column n)
        (reverse placed)
        (let ((row (amb rows)))
          (require! (safe? row placed))
          (loop (+ column 1) (cons row placed))))))

(define solutions 0)
(define first-solution #f)
(call/cc
 (lambda (over)
   (set! choices (list (lambda (ignored) (over #f))))
   (let ((solution (queens 6)))
     (if (not first-solution) (set! first-solution solution))
     (set! solutions (+ solutions 1))
     (fail))))
(show "queens " solutions " " first-solution)

(set! choices '())
(define (pythagorean limit)
  (define numbers (let loop ((i limit) (all '())) (if (= i 0) all (loop (- i 1) (cons i all)))))
  (let* ((a (amb numbers)) (b (amb numbers)) (c (amb numbers)))
    (require! (<= a b))
    (require! (= (* c c) (+ (* a a) (* b b))))
    (list a b c)))
(show "triple " (pythagorean 13))

;; dynamic-wind around a continuation that is entered three times; in a body, since what a continuation
;; of the top level has before it differs between Schemes.
(define (wind)
  (define trace '())
  (define (note x) (set! trace (cons x trace)))
  (define again #f)
  (define times 0)
  (dynamic-wind
   (lambda () (note 'in))
   (lambda () (note (call/cc (lambda (k) (set! again k) 'first))))
   (lambda () (note 'out)))
  (set! times (+ times 1))
  (if (< times 3) (again times))
  (reverse trace))
(show "wind " (wind))
