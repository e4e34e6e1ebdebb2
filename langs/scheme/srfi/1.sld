;;; SRFI 1: lists.
;;;
;;; Procedures of one list have loops of their own; those of several go by %cars and %cdrs. A list that
;;; ends in something other than () is reported where its end is met, so circular lists are fine
;;; wherever something else ends the walk. Linear-update procedures change their argument where that
;;; saves an allocation, and are the pure ones otherwise.

(define-library (srfi 1)
  (export
    cons list xcons cons* make-list list-tabulate list-copy circular-list iota
    pair? null? proper-list? circular-list? dotted-list? not-pair? null-list? list=
    car cdr caar cadr cdar cddr
    caaar caadr cadar caddr cdaar cdadr cddar cdddr
    caaaar caaadr caadar caaddr cadaar cadadr caddar cadddr
    cdaaar cdaadr cdadar cdaddr cddaar cddadr cdddar cddddr
    list-ref first second third fourth fifth sixth seventh eighth ninth tenth
    car+cdr take drop take-right drop-right take! drop-right! split-at split-at! last last-pair
    length length+ concatenate reverse append append! concatenate! reverse! append-reverse append-reverse!
    zip unzip1 unzip2 unzip3 unzip4 unzip5 count
    map for-each fold unfold pair-fold reduce fold-right unfold-right pair-fold-right reduce-right
    append-map append-map! map! map-in-order pair-for-each filter-map
    filter partition remove filter! partition! remove!
    member memq memv find find-tail any every list-index
    take-while drop-while take-while! span break span! break!
    delete delete-duplicates delete! delete-duplicates!
    assq assv assoc alist-cons alist-copy alist-delete alist-delete!
    lset<= lset= lset-adjoin lset-union lset-union! lset-intersection lset-intersection!
    lset-difference lset-difference! lset-xor lset-xor! lset-diff+intersection lset-diff+intersection!
    set-car! set-cdr!)
  (import (langwright scheme))
  (begin

    ;; The walk of argument number `position` is over: `result`, if the list ends as lists do.
    (define-syntax ended
      (syntax-rules ()
        ((_ who position rest result)
         (if (null? rest) result (%wrong-type 'who position rest "a list")))))

    ;;; Making lists

    (define (xcons d a) (cons a d))

    (define (list-tabulate n f)
      (%check-index 'list-tabulate 1 n)
      (%check-procedure 'list-tabulate 2 f)
      (let loop ((i (- n 1)) (result '()))
        (if (< i 0)
            result
            (loop (- i 1) (cons (f i) result)))))

    (define (circular-list first . rest)
      (let ((result (cons first rest)))
        (set-cdr! (last-pair result) result)
        result))

    (define (iota count . rest)
      (%check-index 'iota 1 count)
      (let ((start (if (pair? rest) (car rest) 0))
            (step (if (and (pair? rest) (pair? (cdr rest))) (cadr rest) 1)))
        (if (not (number? start)) (%wrong-type 'iota 2 start "a number"))
        (if (not (number? step)) (%wrong-type 'iota 3 step "a number"))
        (let loop ((i (- count 1)) (result '()))
          (if (< i 0)
              result
              (loop (- i 1) (cons (+ start (* i step)) result))))))

    ;;; Kinds of lists

    (define (proper-list? x) (list? x))

    ;; What a list ends with; #t of a circular one. The slow walker goes half as fast.
    (define (list-end x)
      (let loop ((fast x) (slow x))
        (if (not (pair? fast))
            fast
            (let ((fast (cdr fast)))
              (if (not (pair? fast))
                  fast
                  (let ((fast (cdr fast)) (slow (cdr slow)))
                    (if (and (pair? fast) (eq? fast slow))
                        circle
                        (loop fast slow))))))))
    (define circle (list 'circle))

    (define (circular-list? x) (eq? (list-end x) circle))
    (define (dotted-list? x)
      (let ((end (list-end x)))
        (not (or (null? end) (eq? end circle)))))
    (define (not-pair? x) (not (pair? x)))
    (define (null-list? list)
      (cond ((pair? list) #f)
            ((null? list) #t)
            (else (%wrong-type 'null-list? 1 list "a list"))))

    (define (list= same? . lists)
      (%check-procedure 'list= 1 same?)
      (or (null? lists)
          (let next ((a (car lists)) (lists (cdr lists)))
            (or (null? lists)
                (let ((b (car lists)))
                  (and (or (eq? a b) (same-items? same? a b))
                       (next b (cdr lists))))))))

    (define (same-items? same? a b)
      (cond ((pair? a)
             (if (pair? b)
                 (and (same? (car a) (car b)) (same-items? same? (cdr a) (cdr b)))
                 (ended list= 3 b #f)))
            ((null? a) (not (pair? b)))
            (else (%wrong-type 'list= 2 a "a list"))))

    ;;; Parts

    (define (item-at who list k)
      (let loop ((rest list) (i k))
        (cond ((not (pair? rest)) (%wrong-type who 1 list "a list that is long enough"))
              ((= i 0) (car rest))
              (else (loop (cdr rest) (- i 1))))))
    (define (first list) (item-at 'first list 0))
    (define (second list) (item-at 'second list 1))
    (define (third list) (item-at 'third list 2))
    (define (fourth list) (item-at 'fourth list 3))
    (define (fifth list) (item-at 'fifth list 4))
    (define (sixth list) (item-at 'sixth list 5))
    (define (seventh list) (item-at 'seventh list 6))
    (define (eighth list) (item-at 'eighth list 7))
    (define (ninth list) (item-at 'ninth list 8))
    (define (tenth list) (item-at 'tenth list 9))

    (define (car+cdr pair) (values (car pair) (cdr pair)))

    (define (take list k)
      (%check-index 'take 2 k)
      (let loop ((rest list) (i k) (taken '()))
        (cond ((= i 0) (reverse! taken))
              ((pair? rest) (loop (cdr rest) (- i 1) (cons (car rest) taken)))
              (else (%out-of-range 'take 2 k)))))

    (define (tail-at who list k)
      (%check-index who 2 k)
      (let loop ((rest list) (i k))
        (cond ((= i 0) rest)
              ((pair? rest) (loop (cdr rest) (- i 1)))
              (else (%out-of-range who 2 k)))))

    (define (drop list k) (tail-at 'drop list k))

    (define (take-right list k)
      (let loop ((ahead (tail-at 'take-right list k)) (rest list))
        (if (pair? ahead)
            (loop (cdr ahead) (cdr rest))
            rest)))

    (define (drop-right list k)
      (let loop ((ahead (tail-at 'drop-right list k)) (rest list) (taken '()))
        (if (pair? ahead)
            (loop (cdr ahead) (cdr rest) (cons (car rest) taken))
            (reverse! taken))))

    (define (cut-after! list k)
      (if (= k 0)
          '()
          (begin (set-cdr! (list-tail list (- k 1)) '()) list)))
    (define (take! list k)
      (tail-at 'take! list k)
      (cut-after! list k))
    (define (drop-right! list k)
      (let loop ((ahead (tail-at 'drop-right! list k)) (n 0))
        (if (pair? ahead)
            (loop (cdr ahead) (+ n 1))
            (cut-after! list n))))

    (define (split-at list k)
      (%check-index 'split-at 2 k)
      (let loop ((rest list) (i k) (taken '()))
        (cond ((= i 0) (values (reverse! taken) rest))
              ((pair? rest) (loop (cdr rest) (- i 1) (cons (car rest) taken)))
              (else (%out-of-range 'split-at 2 k)))))
    (define (split-at! list k)
      (let ((rest (tail-at 'split-at! list k)))
        (values (cut-after! list k) rest)))

    (define (last list)
      (if (pair? list)
          (car (last-pair list))
          (%wrong-type 'last 1 list "a list that is not empty")))

    ;;; Several lists to one, and back

    (define (length+ list)
      (let ((end (list-end list)))
        (cond ((null? end) (length list))
              ((eq? end circle) #f)
              (else (%wrong-type 'length+ 1 list "a list")))))

    (define (concatenate lists) (apply append lists))
    (define (concatenate! lists) (apply append! lists))

    (define (append! . lists)
      (let loop ((lists lists) (whole '()) (last #f))
        (if (null? lists)
            whole
            (let ((next (car lists)) (more (cdr lists)))
              (cond ((and (null? next) (pair? more)) (loop more whole last))
                    ((and (pair? more) (not (pair? next))) (%wrong-type 'append! 1 next "a list"))
                    (else
                     (if last (set-cdr! last next))
                     (if (null? more)
                         (if last whole next)
                         (loop more (if last whole next) (last-pair next)))))))))

    (define (reverse! list) (append-reverse! list '()))

    (define (append-reverse list tail)
      (let loop ((rest list) (result tail))
        (if (pair? rest)
            (loop (cdr rest) (cons (car rest) result))
            (ended append-reverse 1 rest result))))

    (define (append-reverse! list tail)
      (let loop ((rest list) (result tail))
        (if (pair? rest)
            (let ((next (cdr rest)))
              (set-cdr! rest result)
              (loop next rest))
            (ended append-reverse! 1 rest result))))

    (define (zip list1 . lists) (apply map list list1 lists))
    (define (unzip1 lists) (map first lists))
    (define (unzip2 lists) (values (map first lists) (map second lists)))
    (define (unzip3 lists) (values (map first lists) (map second lists) (map third lists)))
    (define (unzip4 lists)
      (values (map first lists) (map second lists) (map third lists) (map fourth lists)))
    (define (unzip5 lists)
      (values (map first lists) (map second lists) (map third lists) (map fourth lists) (map fifth lists)))

    (define (count f list1 . lists)
      (%check-procedure 'count 1 f)
      (if (null? lists)
          (let loop ((rest list1) (n 0))
            (if (pair? rest)
                (loop (cdr rest) (if (f (car rest)) (+ n 1) n))
                (ended count 2 rest n)))
          (let loop ((lists (cons list1 lists)) (n 0))
            (if (%all-pairs? lists)
                (loop (%cdrs lists) (if (apply f (%cars lists)) (+ n 1) n))
                n))))

    ;;; Folds

    ;; The cars of lists, and then `last`.
    (define (cars+ lists last)
      (if (null? lists)
          (list last)
          (cons (caar lists) (cars+ (cdr lists) last))))

    (define (fold f seed list1 . lists)
      (%check-procedure 'fold 1 f)
      (if (null? lists)
          (let loop ((rest list1) (result seed))
            (if (pair? rest)
                (loop (cdr rest) (f (car rest) result))
                (ended fold 3 rest result)))
          (let loop ((lists (cons list1 lists)) (result seed))
            (if (%all-pairs? lists)
                (loop (%cdrs lists) (apply f (cars+ lists result)))
                result))))

    (define (fold-right f seed list1 . lists)
      (%check-procedure 'fold-right 1 f)
      (if (null? lists)
          (let loop ((rest (reverse list1)) (result seed))
            (if (pair? rest)
                (loop (cdr rest) (f (car rest) result))
                result))
          (let loop ((lists (cons list1 lists)))
            (if (%all-pairs? lists)
                (let ((result (loop (%cdrs lists))))
                  (apply f (cars+ lists result)))
                seed))))

    (define (pair-fold f seed list1 . lists)
      (%check-procedure 'pair-fold 1 f)
      (if (null? lists)
          (let loop ((rest list1) (result seed))
            (if (pair? rest)
                (let ((next (cdr rest)))
                  (loop next (f rest result)))
                (ended pair-fold 3 rest result)))
          (let loop ((lists (cons list1 lists)) (result seed))
            (if (%all-pairs? lists)
                (let ((next (%cdrs lists)))
                  (loop next (apply f (append lists (list result)))))
                result))))

    (define (pair-fold-right f seed list1 . lists)
      (%check-procedure 'pair-fold-right 1 f)
      (if (null? lists)
          (let loop ((rest list1))
            (if (pair? rest)
                (f rest (loop (cdr rest)))
                (ended pair-fold-right 3 rest seed)))
          (let loop ((lists (cons list1 lists)))
            (if (%all-pairs? lists)
                (let ((result (loop (%cdrs lists))))
                  (apply f (append lists (list result))))
                seed))))

    (define (reduce f identity list)
      (%check-procedure 'reduce 1 f)
      (if (pair? list)
          (fold f (car list) (cdr list))
          (ended reduce 3 list identity)))

    (define (reduce-right f identity list)
      (%check-procedure 'reduce-right 1 f)
      (if (pair? list)
          (let ((backwards (reverse list)))
            (fold f (car backwards) (cdr backwards)))
          (ended reduce-right 3 list identity)))

    (define (unfold stop? f successor seed . tail)
      (%check-procedure 'unfold 1 stop?)
      (%check-procedure 'unfold 2 f)
      (%check-procedure 'unfold 3 successor)
      (let loop ((seed seed) (result '()))
        (if (stop? seed)
            (append-reverse! result (if (pair? tail) ((car tail) seed) '()))
            (let ((item (f seed)))
              (loop (successor seed) (cons item result))))))

    (define (unfold-right stop? f successor seed . tail)
      (%check-procedure 'unfold-right 1 stop?)
      (%check-procedure 'unfold-right 2 f)
      (%check-procedure 'unfold-right 3 successor)
      (let loop ((seed seed) (result (if (pair? tail) (car tail) '())))
        (if (stop? seed)
            result
            (let ((item (f seed)))
              (loop (successor seed) (cons item result))))))

    ;;; Maps

    (define map-in-order map)
    (define (map! f list1 . lists) (apply map f list1 lists))

    (define (append-map f list1 . lists) (apply append (apply map f list1 lists)))
    (define (append-map! f list1 . lists) (apply append! (apply map f list1 lists)))

    (define (pair-for-each f list1 . lists)
      (%check-procedure 'pair-for-each 1 f)
      (if (null? lists)
          (let loop ((rest list1))
            (if (pair? rest)
                (let ((next (cdr rest)))
                  (f rest)
                  (loop next))
                (ended pair-for-each 2 rest #t)))
          (let loop ((lists (cons list1 lists)))
            (if (%all-pairs? lists)
                (let ((next (%cdrs lists)))
                  (apply f lists)
                  (loop next))))))

    (define (filter-map f list1 . lists)
      (%check-procedure 'filter-map 1 f)
      (if (null? lists)
          (let loop ((rest list1) (result '()))
            (if (pair? rest)
                (let ((item (f (car rest))))
                  (loop (cdr rest) (if item (cons item result) result)))
                (ended filter-map 2 rest (reverse result))))
          (let loop ((lists (cons list1 lists)) (result '()))
            (if (%all-pairs? lists)
                (let ((item (apply f (%cars lists))))
                  (loop (%cdrs lists) (if item (cons item result) result)))
                (reverse result)))))

    ;;; Filters

    (define (filter f list)
      (%check-procedure 'filter 1 f)
      (let loop ((rest list) (result '()))
        (if (pair? rest)
            (loop (cdr rest) (if (f (car rest)) (cons (car rest) result) result))
            (ended filter 2 rest (reverse result)))))

    (define (remove f list)
      (%check-procedure 'remove 1 f)
      (let loop ((rest list) (result '()))
        (if (pair? rest)
            (loop (cdr rest) (if (f (car rest)) result (cons (car rest) result)))
            (ended remove 2 rest (reverse result)))))

    (define (partition f list)
      (%check-procedure 'partition 1 f)
      (let loop ((rest list) (in '()) (out '()))
        (cond ((not (pair? rest)) (ended partition 2 rest (values (reverse in) (reverse out))))
              ((f (car rest)) (loop (cdr rest) (cons (car rest) in) out))
              (else (loop (cdr rest) in (cons (car rest) out))))))

    (define filter! filter)
    (define remove! remove)
    (define partition! partition)

    ;;; Searching

    (define (find f list)
      (%check-procedure 'find 1 f)
      (let loop ((rest list))
        (cond ((not (pair? rest)) (ended find 2 rest #f))
              ((f (car rest)) (car rest))
              (else (loop (cdr rest))))))

    (define (find-tail f list)
      (%check-procedure 'find-tail 1 f)
      (let loop ((rest list))
        (cond ((not (pair? rest)) (ended find-tail 2 rest #f))
              ((f (car rest)) rest)
              (else (loop (cdr rest))))))

    ;; The last call of `any` and `every` is a tail call.
    (define (any f list1 . lists)
      (%check-procedure 'any 1 f)
      (if (null? lists)
          (if (pair? list1)
              (let loop ((item (car list1)) (rest (cdr list1)))
                (if (pair? rest)
                    (or (f item) (loop (car rest) (cdr rest)))
                    (ended any 2 rest (f item))))
              (ended any 2 list1 #f))
          (let ((lists (cons list1 lists)))
            (and (%all-pairs? lists)
                 (let loop ((items (%cars lists)) (rests (%cdrs lists)))
                   (if (%all-pairs? rests)
                       (or (apply f items) (loop (%cars rests) (%cdrs rests)))
                       (apply f items)))))))

    (define (every f list1 . lists)
      (%check-procedure 'every 1 f)
      (if (null? lists)
          (if (pair? list1)
              (let loop ((item (car list1)) (rest (cdr list1)))
                (if (pair? rest)
                    (and (f item) (loop (car rest) (cdr rest)))
                    (ended every 2 rest (f item))))
              (ended every 2 list1 #t))
          (let ((lists (cons list1 lists)))
            (or (not (%all-pairs? lists))
                (let loop ((items (%cars lists)) (rests (%cdrs lists)))
                  (if (%all-pairs? rests)
                      (and (apply f items) (loop (%cars rests) (%cdrs rests)))
                      (apply f items)))))))

    (define (list-index f list1 . lists)
      (%check-procedure 'list-index 1 f)
      (if (null? lists)
          (let loop ((rest list1) (i 0))
            (cond ((not (pair? rest)) (ended list-index 2 rest #f))
                  ((f (car rest)) i)
                  (else (loop (cdr rest) (+ i 1)))))
          (let loop ((lists (cons list1 lists)) (i 0))
            (cond ((not (%all-pairs? lists)) #f)
                  ((apply f (%cars lists)) i)
                  (else (loop (%cdrs lists) (+ i 1)))))))

    (define (take-while f list)
      (call-with-values (lambda () (span f list)) (lambda (taken rest) taken)))
    (define take-while! take-while)

    (define (drop-while f list)
      (%check-procedure 'drop-while 1 f)
      (let loop ((rest list))
        (cond ((not (pair? rest)) (ended drop-while 2 rest '()))
              ((f (car rest)) (loop (cdr rest)))
              (else rest))))

    (define (span f list)
      (%check-procedure 'span 1 f)
      (let loop ((rest list) (taken '()))
        (cond ((not (pair? rest)) (ended span 2 rest (values (reverse! taken) '())))
              ((f (car rest)) (loop (cdr rest) (cons (car rest) taken)))
              (else (values (reverse! taken) rest)))))

    (define (break f list)
      (%check-procedure 'break 1 f)
      (span (lambda (item) (not (f item))) list))

    (define span! span)
    (define break! break)

    ;;; Deleting

    (define (equivalence who position rest)
      (if (pair? rest)
          (begin (%check-procedure who position (car rest)) (car rest))
          equal?))

    (define (delete x list . rest)
      (let ((same? (equivalence 'delete 3 rest)))
        (remove (lambda (item) (same? x item)) list)))
    (define delete! delete)

    ;; Equivalences that the VM knows go by a table; others compare each with all before it.
    (define (delete-duplicates list . rest)
      (let* ((same? (equivalence 'delete-duplicates 2 rest))
             (kind (%equivalence-kind same?)))
        (if (and kind (not (eq? same? =)) (not (eq? same? string=?)))
            (let ((seen (%make-hash-table kind)))
              (filter (lambda (item)
                        (if (hash-table-contains? seen item)
                            #f
                            (begin (hash-table-set! seen item #t) #t)))
                      list))
            (let loop ((rest list) (kept '()))
              (if (pair? rest)
                  (let ((item (car rest)))
                    (loop (cdr rest)
                          (if (any (lambda (earlier) (same? earlier item)) kept) kept (cons item kept))))
                  (ended delete-duplicates 1 rest (reverse! kept)))))))
    (define delete-duplicates! delete-duplicates)

    ;;; Association lists

    (define (alist-cons key value alist) (cons (cons key value) alist))
    (define (alist-copy alist)
      (map (lambda (entry) (if (pair? entry) (cons (car entry) (cdr entry)) entry)) alist))
    (define (alist-delete key alist . rest)
      (let ((same? (equivalence 'alist-delete 3 rest)))
        (remove (lambda (entry) (same? key (car entry))) alist)))
    (define alist-delete! alist-delete)

    ;;; Lists as sets

    ;; Whether (same? x item) of some item.
    (define (has? same? x list)
      (let loop ((rest list))
        (cond ((not (pair? rest)) #f)
              ((same? x (car rest)) #t)
              (else (loop (cdr rest))))))

    (define (part-of? same? a b)
      (every (lambda (x) (has? same? x b)) a))

    (define (lset<= same? . lists)
      (%check-procedure 'lset<= 1 same?)
      (or (null? lists)
          (let next ((a (car lists)) (lists (cdr lists)))
            (or (null? lists)
                (let ((b (car lists)))
                  (and (or (eq? a b) (part-of? same? a b))
                       (next b (cdr lists))))))))

    (define (lset= same? . lists)
      (%check-procedure 'lset= 1 same?)
      (or (null? lists)
          (let next ((a (car lists)) (lists (cdr lists)))
            (or (null? lists)
                (let ((b (car lists)))
                  (and (or (eq? a b)
                           (and (part-of? same? a b)
                                (every (lambda (y) (any (lambda (x) (same? x y)) a)) b)))
                       (next b (cdr lists))))))))

    (define (adjoin same? list items)
      (fold (lambda (item result)
              (if (any (lambda (known) (same? known item)) result) result (cons item result)))
            list items))

    (define (lset-adjoin same? list . items)
      (%check-procedure 'lset-adjoin 1 same?)
      (adjoin same? list items))

    (define (lset-union same? . lists)
      (%check-procedure 'lset-union 1 same?)
      (reduce (lambda (list result)
                (cond ((null? list) result)
                      ((null? result) list)
                      ((eq? list result) result)
                      (else (adjoin same? result list))))
              '() lists))

    (define (lset-intersection same? list1 . lists)
      (%check-procedure 'lset-intersection 1 same?)
      (if (memq '() lists)
          '()
          (filter (lambda (x) (every (lambda (list) (has? same? x list)) lists)) list1)))

    (define (lset-difference same? list1 . lists)
      (%check-procedure 'lset-difference 1 same?)
      (if (memq list1 lists)
          '()
          (remove (lambda (x) (any (lambda (list) (has? same? x list)) lists)) list1)))

    (define (lset-diff+intersection same? list1 . lists)
      (%check-procedure 'lset-diff+intersection 1 same?)
      (partition (lambda (x) (not (any (lambda (list) (has? same? x list)) lists))) list1))

    (define (lset-xor same? . lists)
      (%check-procedure 'lset-xor 1 same?)
      (reduce (lambda (b a)
                (append-reverse!
                  (remove (lambda (y) (any (lambda (x) (same? x y)) a)) b)
                  (remove (lambda (x) (has? same? x b)) a)))
              '() lists))

    (define lset-union! lset-union)
    (define lset-intersection! lset-intersection)
    (define lset-difference! lset-difference)
    (define lset-diff+intersection! lset-diff+intersection)
    (define lset-xor! lset-xor)))
