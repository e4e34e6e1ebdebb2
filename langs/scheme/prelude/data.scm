;;; Procedures of strings and bytevectors that call procedures.

(define string-map
  (case-lambda
    ((f string)
     (let ((n (string-length string)))
       (let loop ((i 0) (chars '()))
         (if (= i n)
             (list->string (reverse chars))
             (loop (+ i 1) (cons (f (string-ref string i)) chars))))))
    ((f string . more)
     (list->string (apply map f (string->list string) (map string->list more))))))

(define string-for-each
  (case-lambda
    ((f string)
     (let ((n (string-length string)))
       (let loop ((i 0))
         (if (< i n)
             (begin (f (string-ref string i))
                    (loop (+ i 1)))))))
    ((f string . more)
     (apply for-each f (string->list string) (map string->list more)))))
