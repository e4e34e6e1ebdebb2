;;; SRFI 133: vectors. What R7RS has too is R7RS's own.

(define-library (srfi 133)
  (export
    make-vector vector vector-unfold vector-unfold-right vector-copy vector-reverse-copy
    vector-append vector-concatenate vector-append-subvectors
    vector? vector-empty? vector=
    vector-ref vector-length
    vector-fold vector-fold-right vector-map vector-map! vector-for-each vector-count vector-cumulate
    vector-index vector-index-right vector-skip vector-skip-right vector-binary-search
    vector-any vector-every vector-partition
    vector-set! vector-swap! vector-fill! vector-reverse! vector-copy! vector-reverse-copy!
    vector-unfold! vector-unfold-right!
    vector->list reverse-vector->list list->vector reverse-list->vector vector->string string->vector)
  (import (langwright scheme))
  (begin

    ;; Calls `f` with the vector, and the start and end that optional arguments say; they are arguments
    ;; number `position` and the next.
    (define (call-with-range f who vector rest position)
      (%check-vector who (- position 1) vector)
      (let* ((length (vector-length vector))
             (start (if (pair? rest) (car rest) 0))
             (end (if (and (pair? rest) (pair? (cdr rest))) (cadr rest) length)))
        (%check-range who position start end length)
        (f start end)))

    (define (check-vectors who position vectors)
      (if (pair? vectors)
          (begin
            (%check-vector who position (car vectors))
            (check-vectors who (+ position 1) (cdr vectors)))))

    (define (shortest vectors)
      (apply min (map vector-length vectors)))

    (define (items-at vectors i)
      (if (null? vectors)
          '()
          (cons (vector-ref (car vectors) i) (items-at (cdr vectors) i))))

    ;;; Making vectors

    ;; Seeds are passed on as values, beside the item.
    (define (unfold-into! vector f start end step seeds)
      (cond ((null? seeds)
             (let loop ((i start))
               (if (not (= i end))
                   (begin (vector-set! vector i (f i)) (loop (+ i step))))))
            ((null? (cdr seeds))
             (let loop ((i start) (seed (car seeds)))
               (if (not (= i end))
                   (call-with-values (lambda () (f i seed))
                     (lambda (item seed)
                       (vector-set! vector i item)
                       (loop (+ i step) seed))))))
            (else
             (let loop ((i start) (seeds seeds))
               (if (not (= i end))
                   (call-with-values (lambda () (apply f i seeds))
                     (lambda (item . seeds)
                       (vector-set! vector i item)
                       (loop (+ i step) seeds))))))))

    (define (vector-unfold f n . seeds)
      (%check-procedure 'vector-unfold 1 f)
      (%check-index 'vector-unfold 2 n)
      (let ((vector (make-vector n)))
        (unfold-into! vector f 0 n 1 seeds)
        vector))

    (define (vector-unfold-right f n . seeds)
      (%check-procedure 'vector-unfold-right 1 f)
      (%check-index 'vector-unfold-right 2 n)
      (let ((vector (make-vector n)))
        (unfold-into! vector f (- n 1) -1 -1 seeds)
        vector))

    (define (vector-unfold! f vector start end . seeds)
      (%check-procedure 'vector-unfold! 1 f)
      (call-with-range
        (lambda (start end) (unfold-into! vector f start end 1 seeds))
        'vector-unfold! vector (list start end) 3))

    (define (vector-unfold-right! f vector start end . seeds)
      (%check-procedure 'vector-unfold-right! 1 f)
      (call-with-range
        (lambda (start end) (unfold-into! vector f (- end 1) (- start 1) -1 seeds))
        'vector-unfold-right! vector (list start end) 3))

    (define (vector-reverse-copy vector . rest)
      (call-with-range
        (lambda (start end)
          (let ((result (make-vector (- end start))))
            (copy-reversed! result 0 vector start end)
            result))
        'vector-reverse-copy vector rest 2))

    (define (copy-reversed! to at from start end)
      (let loop ((i (- end 1)) (at at))
        (if (>= i start)
            (begin
              (vector-set! to at (vector-ref from i))
              (loop (- i 1) (+ at 1))))))

    (define (vector-concatenate vectors) (apply vector-append vectors))

    ;; (vector-append-subvectors vector start end …)
    (define (vector-append-subvectors . arguments)
      (let loop ((rest arguments) (position 1) (parts '()))
        (cond ((null? rest) (vector-concatenate (reverse parts)))
              ((or (null? (cdr rest)) (null? (cddr rest)))
               (error "vector-append-subvectors: each vector needs a start and an end:" (car rest)))
              (else
               (let ((vector (car rest)))
                 (%check-vector 'vector-append-subvectors position vector)
                 (%check-range 'vector-append-subvectors (+ position 1) (cadr rest) (caddr rest)
                   (vector-length vector))
                 (loop (cdddr rest) (+ position 3)
                   (cons (vector-copy vector (cadr rest) (caddr rest)) parts)))))))

    ;;; Predicates

    (define (vector-empty? vector)
      (%check-vector 'vector-empty? 1 vector)
      (= (vector-length vector) 0))

    (define (vector= same? . vectors)
      (%check-procedure 'vector= 1 same?)
      (check-vectors 'vector= 2 vectors)
      (or (null? vectors)
          (let next ((a (car vectors)) (rest (cdr vectors)))
            (or (null? rest)
                (let ((b (car rest)))
                  (and (or (eq? a b) (same-items? same? a b))
                       (next b (cdr rest))))))))

    (define (same-items? same? a b)
      (let ((n (vector-length a)))
        (and (= n (vector-length b))
             (let loop ((i 0))
               (or (= i n)
                   (and (same? (vector-ref a i) (vector-ref b i))
                        (loop (+ i 1))))))))

    ;;; Iteration

    (define (vector-fold f seed vector . more)
      (%check-procedure 'vector-fold 1 f)
      (check-vectors 'vector-fold 3 (cons vector more))
      (if (null? more)
          (let ((n (vector-length vector)))
            (let loop ((i 0) (result seed))
              (if (= i n)
                  result
                  (loop (+ i 1) (f result (vector-ref vector i))))))
          (let* ((vectors (cons vector more)) (n (shortest vectors)))
            (let loop ((i 0) (result seed))
              (if (= i n)
                  result
                  (loop (+ i 1) (apply f result (items-at vectors i))))))))

    (define (vector-fold-right f seed vector . more)
      (%check-procedure 'vector-fold-right 1 f)
      (check-vectors 'vector-fold-right 3 (cons vector more))
      (let ((vectors (cons vector more)))
        (let loop ((i (- (shortest vectors) 1)) (result seed))
          (cond ((< i 0) result)
                ((null? more) (loop (- i 1) (f result (vector-ref vector i))))
                (else (loop (- i 1) (apply f result (items-at vectors i))))))))

    (define (vector-map! f vector . more)
      (%check-procedure 'vector-map! 1 f)
      (check-vectors 'vector-map! 2 (cons vector more))
      (let* ((vectors (cons vector more)) (n (shortest vectors)))
        (let loop ((i 0))
          (if (< i n)
              (begin
                (vector-set! vector i
                  (if (null? more) (f (vector-ref vector i)) (apply f (items-at vectors i))))
                (loop (+ i 1)))))))

    (define (vector-count f vector . more)
      (%check-procedure 'vector-count 1 f)
      (check-vectors 'vector-count 2 (cons vector more))
      (let* ((vectors (cons vector more)) (n (shortest vectors)))
        (let loop ((i 0) (count 0))
          (if (= i n)
              count
              (loop (+ i 1)
                (if (if (null? more) (f (vector-ref vector i)) (apply f (items-at vectors i)))
                    (+ count 1)
                    count))))))

    (define (vector-cumulate f seed vector)
      (%check-procedure 'vector-cumulate 1 f)
      (%check-vector 'vector-cumulate 3 vector)
      (let* ((n (vector-length vector)) (result (make-vector n)))
        (let loop ((i 0) (sum seed))
          (if (= i n)
              result
              (let ((sum (f sum (vector-ref vector i))))
                (vector-set! result i sum)
                (loop (+ i 1) sum))))))

    ;;; Searching

    ;; The first position of `start`, `start` + `step`, … for which the answer is as wanted.
    (define (search f vectors start end step wanted)
      (let ((one (and (null? (cdr vectors)) (car vectors))))
        (let loop ((i start))
          (cond ((= i end) #f)
                ((eq? wanted
                      (if (if one (f (vector-ref one i)) (apply f (items-at vectors i))) #t #f))
                 i)
                (else (loop (+ i step)))))))

    (define (search-forward who f vectors wanted)
      (%check-procedure who 1 f)
      (check-vectors who 2 vectors)
      (search f vectors 0 (shortest vectors) 1 wanted))

    (define (search-backward who f vectors wanted)
      (%check-procedure who 1 f)
      (check-vectors who 2 vectors)
      (let ((n (vector-length (car vectors))))
        (for-each
          (lambda (vector)
            (if (not (= (vector-length vector) n))
                (error (string-append (symbol->string who) ": the vectors differ in length:") (car vectors) vector)))
          (cdr vectors))
        (search f vectors (- n 1) -1 -1 wanted)))

    (define (vector-index f vector . more) (search-forward 'vector-index f (cons vector more) #t))
    (define (vector-skip f vector . more) (search-forward 'vector-skip f (cons vector more) #f))
    (define (vector-index-right f vector . more)
      (search-backward 'vector-index-right f (cons vector more) #t))
    (define (vector-skip-right f vector . more)
      (search-backward 'vector-skip-right f (cons vector more) #f))

    (define (vector-binary-search vector value compare)
      (%check-vector 'vector-binary-search 1 vector)
      (%check-procedure 'vector-binary-search 3 compare)
      (let loop ((low 0) (high (vector-length vector)))
        (and (< low high)
             (let* ((middle (quotient (+ low high) 2))
                    (order (compare (vector-ref vector middle) value)))
               (cond ((= order 0) middle)
                     ((< order 0) (loop (+ middle 1) high))
                     (else (loop low middle)))))))

    ;; The last call of `vector-any` and `vector-every` is a tail call.
    (define (vector-any f vector . more)
      (%check-procedure 'vector-any 1 f)
      (check-vectors 'vector-any 2 (cons vector more))
      (let* ((vectors (cons vector more)) (last (- (shortest vectors) 1)))
        (and (>= last 0)
             (let loop ((i 0))
               (cond ((= i last) (apply f (items-at vectors i)))
                     ((null? more) (or (f (vector-ref vector i)) (loop (+ i 1))))
                     (else (or (apply f (items-at vectors i)) (loop (+ i 1)))))))))

    (define (vector-every f vector . more)
      (%check-procedure 'vector-every 1 f)
      (check-vectors 'vector-every 2 (cons vector more))
      (let* ((vectors (cons vector more)) (last (- (shortest vectors) 1)))
        (or (< last 0)
            (let loop ((i 0))
              (cond ((= i last) (apply f (items-at vectors i)))
                    ((null? more) (and (f (vector-ref vector i)) (loop (+ i 1))))
                    (else (and (apply f (items-at vectors i)) (loop (+ i 1)))))))))

    ;; Those that satisfy it first, in order, and then the others; and how many do.
    (define (vector-partition f vector)
      (%check-procedure 'vector-partition 1 f)
      (%check-vector 'vector-partition 2 vector)
      (let ((n (vector-length vector)))
        (let loop ((i 0) (in '()) (count 0) (out '()))
          (if (= i n)
              (values (list->vector (append (reverse in) (reverse out))) count)
              (let ((item (vector-ref vector i)))
                (if (f item)
                    (loop (+ i 1) (cons item in) (+ count 1) out)
                    (loop (+ i 1) in count (cons item out))))))))

    ;;; Changing vectors

    (define (vector-swap! vector i j)
      (%check-vector 'vector-swap! 1 vector)
      (let ((item (vector-ref vector i)))
        (vector-set! vector i (vector-ref vector j))
        (vector-set! vector j item)))

    (define (vector-reverse! vector . rest)
      (call-with-range
        (lambda (start end)
          (let loop ((i start) (j (- end 1)))
            (if (< i j)
                (begin
                  (vector-swap! vector i j)
                  (loop (+ i 1) (- j 1))))))
        'vector-reverse! vector rest 2))

    (define (vector-reverse-copy! to at from . rest)
      (%check-vector 'vector-reverse-copy! 1 to)
      (%check-index 'vector-reverse-copy! 2 at)
      (call-with-range
        (lambda (start end)
          (if (> (+ at (- end start)) (vector-length to)) (%out-of-range 'vector-reverse-copy! 2 at))
          (if (eq? to from)
              (vector-copy! to at (vector-reverse-copy from start end))
              (copy-reversed! to at from start end)))
        'vector-reverse-copy! from rest 4))

    ;;; Conversion

    (define (reverse-vector->list vector . rest)
      (call-with-range
        (lambda (start end)
          (let loop ((i start) (result '()))
            (if (= i end)
                result
                (loop (+ i 1) (cons (vector-ref vector i) result)))))
        'reverse-vector->list vector rest 2))

    (define (reverse-list->vector list) (list->vector (reverse list)))))
