;;; The part of the standard library that calls procedures, and the syntax that is made of other
;;; syntax. Compiled while the VM is built; what it defines is constant from then on.
;;; Names that begin with % are the VM's own.

;;; Control

(define (dynamic-wind before thunk after)
  (before)
  (let ((winds (%winds)))
    (%set-winds! (cons (vector before after (%dynamics)) winds))
    (call-with-values thunk
      (lambda results
        (%set-winds! winds)
        (after)
        (apply values results)))))

;; Called by the machine when a continuation is entered whose winds are not the current ones:
;; leaves what is not around the continuation, enters what is, and goes on there.
(define (%rewind continuation results)
  (let* ((target (%continuation-winds continuation))
         (common (%common-tail (%winds) target)))
    (%unwind-to common)
    (%wind-to target common)
    (%continue continuation results)))

(define (%common-tail a b)
  (let ((m (length a)) (n (length b)))
    (let loop ((a (if (> m n) (list-tail a (- m n)) a))
               (b (if (> n m) (list-tail b (- n m)) b)))
      (if (eq? a b) a (loop (cdr a) (cdr b))))))

(define (%unwind-to target)
  (let loop ((winds (%winds)))
    (if (not (eq? winds target))
        (let ((wind (car winds)))
          (%set-winds! (cdr winds))
          (%set-dynamics! (vector-ref wind 2))
          ((vector-ref wind 1))
          (loop (cdr winds))))))

(define (%wind-to winds common)
  (if (not (eq? winds common))
      (let ((wind (car winds)))
        (%wind-to (cdr winds) common)
        (%set-dynamics! (vector-ref wind 2))
        ((vector-ref wind 0))
        (%set-winds! winds))))

(define (exit . arguments)
  (%unwind-to '())
  (apply emergency-exit arguments))

(define (call-with-escape-continuation receiver) (%call/cc receiver))

;;; Parameters

(define make-parameter
  (case-lambda
    ((value) (%make-parameter value #f))
    ((value converter) (%make-parameter (converter value) converter))))

(define (%parameter-binding parameter value)
  (let ((converter (%parameter-converter parameter)))
    (cons parameter (if converter (converter value) value))))

(define-syntax parameterize
  (syntax-rules ()
    ((_ () body0 body ...) (let () body0 body ...))
    ((_ ((parameter value) ...) body0 body ...)
     (%with-parameters (list (%parameter-binding parameter value) ...)
       (lambda () body0 body ...)))))

;;; Exceptions

(define-syntax guard
  (syntax-rules ()
    ((_ (variable clause ...) body0 body ...)
     ((%call/cc
       (lambda (guard-k)
         (with-exception-handler
          (lambda (condition)
            ((%call/cc
              (lambda (handler-k)
                (guard-k
                 (lambda ()
                   (let ((variable condition))
                     (%guard-clauses
                      (handler-k (lambda () (raise-continuable condition)))
                      clause ...))))))))
          (lambda ()
            (call-with-values
             (lambda () body0 body ...)
             (lambda results
               (guard-k (lambda () (apply values results)))))))))))))

(define-syntax %guard-clauses
  (syntax-rules (else =>)
    ((_ reraise (else result1 result2 ...)) (begin result1 result2 ...))
    ((_ reraise (test => result))
     (let ((temp test)) (if temp (result temp) reraise)))
    ((_ reraise (test => result) clause1 clause2 ...)
     (let ((temp test))
       (if temp (result temp) (%guard-clauses reraise clause1 clause2 ...))))
    ((_ reraise (test)) (or test reraise))
    ((_ reraise (test) clause1 clause2 ...)
     (or test (%guard-clauses reraise clause1 clause2 ...)))
    ((_ reraise (test result1 result2 ...))
     (if test (begin result1 result2 ...) reraise))
    ((_ reraise (test result1 result2 ...) clause1 clause2 ...)
     (if test
         (begin result1 result2 ...)
         (%guard-clauses reraise clause1 clause2 ...)))))

;;; Values

(define-syntax let-values
  (syntax-rules ()
    ((_ bindings body0 body ...) (%let-values bindings () (let () body0 body ...)))))

(define-syntax %let-values
  (syntax-rules ()
    ((_ () ((name temp) ...) body) (let ((name temp) ...) body))
    ((_ ((formals expression) more ...) renamed body)
     (%let-values-formals formals () expression (more ...) renamed body))))

;; Gives each variable of the formals a temporary name.
(define-syntax %let-values-formals
  (syntax-rules ()
    ((_ () temps expression more renamed body)
     (call-with-values (lambda () expression)
       (lambda temps (%let-values more renamed body))))
    ((_ (name . rest) (temp ...) expression more (pair ...) body)
     (%let-values-formals rest (temp ... t) expression more (pair ... (name t)) body))
    ((_ name (temp ...) expression more (pair ...) body)
     (call-with-values (lambda () expression)
       (lambda (temp ... . t) (%let-values more (pair ... (name t)) body))))))

(define-syntax let*-values
  (syntax-rules ()
    ((_ () body0 body ...) (let () body0 body ...))
    ((_ ((formals expression) more ...) body0 body ...)
     (call-with-values (lambda () expression)
       (lambda formals (let*-values (more ...) body0 body ...))))))

(define-syntax receive
  (syntax-rules ()
    ((_ formals expression body0 body ...)
     (call-with-values (lambda () expression) (lambda formals body0 body ...)))))

;;; Promises

(define-syntax delay-force
  (syntax-rules () ((_ expression) (%make-promise #f (lambda () expression)))))

(define-syntax make-promise-lazy
  (syntax-rules () ((_ expression) (delay-force expression))))

(define-syntax delay
  (syntax-rules () ((_ expression) (delay-force (%make-promise #t expression)))))

(define-syntax cons-stream
  (syntax-rules () ((_ head tail) (cons head (delay tail)))))

(define (make-promise value)
  (if (promise? value) value (%make-promise #t value)))

;; In a loop, so that a long chain of delay-force needs no more than a promise at a time.
(define (force promise)
  (if (promise? promise)
      (let loop ()
        (if (%promise-done? promise)
            (%promise-value promise)
            (let ((next ((%promise-value promise))))
              (if (not (%promise-done? promise))
                  (%promise-share! promise next))
              (loop))))
      promise))

;;; Lists

(define map
  (case-lambda
    ((f list1)
     (let loop ((rest list1) (result '()))
       (if (pair? rest)
           (loop (cdr rest) (cons (f (car rest)) result))
           (reverse result))))
    ((f list1 list2)
     (let loop ((rest1 list1) (rest2 list2) (result '()))
       (if (and (pair? rest1) (pair? rest2))
           (loop (cdr rest1) (cdr rest2) (cons (f (car rest1) (car rest2)) result))
           (reverse result))))
    ((f . lists)
     (let loop ((lists lists) (result '()))
       (if (%all-pairs? lists)
           (loop (%cdrs lists) (cons (apply f (%cars lists)) result))
           (reverse result))))))

(define for-each
  (case-lambda
    ((f list1)
     (let loop ((rest list1))
       (if (pair? rest)
           (begin (f (car rest)) (loop (cdr rest))))))
    ((f list1 list2)
     (let loop ((rest1 list1) (rest2 list2))
       (if (and (pair? rest1) (pair? rest2))
           (begin (f (car rest1) (car rest2)) (loop (cdr rest1) (cdr rest2))))))
    ((f . lists)
     (let loop ((lists lists))
       (if (%all-pairs? lists)
           (begin (apply f (%cars lists)) (loop (%cdrs lists))))))))

(define (%all-pairs? lists)
  (or (null? lists)
      (and (pair? (car lists)) (%all-pairs? (cdr lists)))))

(define (%cars lists)
  (if (null? lists) '() (cons (caar lists) (%cars (cdr lists)))))

(define (%cdrs lists)
  (if (null? lists) '() (cons (cdar lists) (%cdrs (cdr lists)))))

(define %member member)
(define member
  (case-lambda
    ((key list) (%member key list))
    ((key list same?)
     (let loop ((rest list))
       (cond ((null? rest) #f)
             ((same? key (car rest)) rest)
             (else (loop (cdr rest))))))))

(define %assoc assoc)
(define assoc
  (case-lambda
    ((key list) (%assoc key list))
    ((key list same?)
     (let loop ((rest list))
       (cond ((null? rest) #f)
             ((same? key (caar rest)) (car rest))
             (else (loop (cdr rest))))))))

;;; Vectors

(define vector-map
  (case-lambda
    ((f vector1)
     (let ((n (vector-length vector1)))
       (let loop ((i 0) (result '()))
         (if (< i n)
             (loop (+ i 1) (cons (f (vector-ref vector1 i)) result))
             (list->vector (reverse result))))))
    ((f . vectors)
     (list->vector (apply map f (map vector->list vectors))))))

(define vector-for-each
  (case-lambda
    ((f vector1)
     (let ((n (vector-length vector1)))
       (let loop ((i 0))
         (if (< i n)
             (begin (f (vector-ref vector1 i)) (loop (+ i 1)))))))
    ((f . vectors)
     (apply for-each f (map vector->list vectors)))))

;;; Evaluation

(define (environment . sets)
  (let ((e (%make-environment)))
    (eval (cons 'import sets) e)
    (%freeze-environment! e)
    e))
