;;; SRFI 14: sets of characters. The sets themselves are the VM's (`char_sets.wr`); a cursor is the code
;;; point it stands at, and one behind all code points at the end. Sets never change: linear-update
;;; procedures are the pure ones.

(define-library (srfi 14)
  (export
    char-set? char-set= char-set<= char-set-hash
    char-set-cursor char-set-ref char-set-cursor-next end-of-char-set?
    char-set-fold char-set-unfold char-set-unfold! char-set-for-each char-set-map
    char-set-copy char-set list->char-set string->char-set list->char-set! string->char-set!
    char-set-filter char-set-filter! ucs-range->char-set ucs-range->char-set! ->char-set
    char-set->list char-set->string char-set-size char-set-count char-set-contains?
    char-set-every char-set-any char-set-adjoin char-set-delete char-set-adjoin! char-set-delete!
    char-set-complement char-set-union char-set-intersection char-set-difference char-set-xor
    char-set-diff+intersection char-set-complement! char-set-union! char-set-intersection!
    char-set-difference! char-set-xor! char-set-diff+intersection!
    char-set:lower-case char-set:upper-case char-set:title-case char-set:letter char-set:digit
    char-set:letter+digit char-set:graphic char-set:printing char-set:whitespace char-set:iso-control
    char-set:punctuation char-set:symbol char-set:hex-digit char-set:blank char-set:ascii
    char-set:empty char-set:full)
  (import (langwright scheme))
  (begin

    (define char-set:lower-case (%char-set-named "lower-case"))
    (define char-set:upper-case (%char-set-named "upper-case"))
    (define char-set:title-case (%char-set-named "title-case"))
    (define char-set:letter (%char-set-named "letter"))
    (define char-set:digit (%char-set-named "digit"))
    (define char-set:letter+digit (%char-set-named "letter+digit"))
    (define char-set:graphic (%char-set-named "graphic"))
    (define char-set:printing (%char-set-named "printing"))
    (define char-set:whitespace (%char-set-named "whitespace"))
    (define char-set:iso-control (%char-set-named "iso-control"))
    (define char-set:punctuation (%char-set-named "punctuation"))
    (define char-set:symbol (%char-set-named "symbol"))
    (define char-set:hex-digit (%char-set-named "hex-digit"))
    (define char-set:blank (%char-set-named "blank"))
    (define char-set:ascii (%char-set-named "ascii"))
    (define char-set:empty (%char-set-named "empty"))
    (define char-set:full (%char-set-named "full"))

    (define (check-set who position set)
      (if (not (char-set? set)) (%wrong-type who position set "a char-set")))

    ;; The optional set at the end of the arguments.
    (define (base-set who position rest)
      (if (pair? rest)
          (begin (check-set who position (car rest)) (car rest))
          char-set:empty))

    ;;; Comparing

    (define (in-order? who holds? sets)
      (let check ((rest sets) (i 1))
        (if (pair? rest)
            (begin (check-set who i (car rest)) (check (cdr rest) (+ i 1)))))
      (or (null? sets)
          (let next ((set (car sets)) (rest (cdr sets)))
            (or (null? rest)
                (and (holds? set (car rest)) (next (car rest) (cdr rest)))))))
    (define (char-set= . sets) (in-order? 'char-set= %char-set= sets))
    (define (char-set<= . sets) (in-order? 'char-set<= %char-set<= sets))

    (define (char-set-hash set . bound)
      (let ((hash (%char-set-hash set)))
        (if (pair? bound)
            (begin
              (%check-index 'char-set-hash 2 (car bound))
              (if (= (car bound) 0) hash (modulo hash (car bound))))
            hash)))

    ;;; Going through a set

    (define end 1114112)
    (define (char-set-cursor set) (%char-set-next set 0))
    (define (char-set-cursor-next set cursor)
      (%check-index 'char-set-cursor-next 2 cursor)
      (if (>= cursor end) (%out-of-range 'char-set-cursor-next 2 cursor))
      (%char-set-next set (+ cursor 1)))
    (define (end-of-char-set? cursor) (eqv? cursor end))

    (define (char-set-fold f seed set)
      (%check-procedure 'char-set-fold 1 f)
      (check-set 'char-set-fold 3 set)
      (let loop ((code (%char-set-next set 0)) (result seed))
        (if (= code end)
            result
            (let ((result (f (integer->char code) result)))
              (loop (%char-set-next set (+ code 1)) result)))))

    (define (char-set-unfold stop? f successor seed . rest)
      (%check-procedure 'char-set-unfold 1 stop?)
      (%check-procedure 'char-set-unfold 2 f)
      (%check-procedure 'char-set-unfold 3 successor)
      (let ((base (base-set 'char-set-unfold 5 rest)))
        (let loop ((seed seed) (chars '()))
          (if (stop? seed)
              (%char-set-combine 0 base (%char-set-of-list chars))
              (let ((char (f seed)))
                (%check-char 'char-set-unfold 2 char)
                (loop (successor seed) (cons char chars)))))))
    (define char-set-unfold! char-set-unfold)

    (define (char-set-for-each f set)
      (%check-procedure 'char-set-for-each 1 f)
      (char-set-fold (lambda (char result) (f char) result) #t set))

    (define (char-set-map f set)
      (%check-procedure 'char-set-map 1 f)
      (%char-set-of-list
        (char-set-fold (lambda (char chars) (cons (f char) chars)) '() set)))

    (define (char-set-count f set)
      (%check-procedure 'char-set-count 1 f)
      (char-set-fold (lambda (char n) (if (f char) (+ n 1) n)) 0 set))

    (define (char-set-every f set)
      (%check-procedure 'char-set-every 1 f)
      (check-set 'char-set-every 2 set)
      (let loop ((code (%char-set-next set 0)) (result #t))
        (if (= code end)
            result
            (let ((result (f (integer->char code))))
              (and result (loop (%char-set-next set (+ code 1)) result))))))

    (define (char-set-any f set)
      (%check-procedure 'char-set-any 1 f)
      (check-set 'char-set-any 2 set)
      (let loop ((code (%char-set-next set 0)))
        (and (< code end)
             (or (f (integer->char code))
                 (loop (%char-set-next set (+ code 1)))))))

    ;;; Making sets

    (define (char-set-copy set) (check-set 'char-set-copy 1 set) set)
    (define (char-set . chars) (%char-set-of-list chars))
    (define (list->char-set chars . rest)
      (%char-set-combine 0 (%char-set-of-list chars) (base-set 'list->char-set 2 rest)))
    (define list->char-set! list->char-set)
    (define (string->char-set string . rest)
      (%char-set-combine 0 (%char-set-of-string string) (base-set 'string->char-set 2 rest)))
    (define string->char-set! string->char-set)

    (define (char-set-filter f set . rest)
      (%check-procedure 'char-set-filter 1 f)
      (list->char-set
        (char-set-fold (lambda (char chars) (if (f char) (cons char chars) chars)) '() set)
        (base-set 'char-set-filter 3 rest)))
    (define char-set-filter! char-set-filter)

    ;; Code points that are no characters are left out, whatever `error?` says: all others are supported.
    (define (ucs-range->char-set low high . rest)
      (%char-set-combine 0 (%char-set-of-range low high)
        (if (pair? rest) (base-set 'ucs-range->char-set 4 (cdr rest)) char-set:empty)))
    (define ucs-range->char-set! ucs-range->char-set)

    (define (->char-set x)
      (cond ((char-set? x) x)
            ((string? x) (%char-set-of-string x))
            ((char? x) (char-set x))
            (else (%wrong-type '->char-set 1 x "a char-set, a string or a character"))))

    (define (char-set->list set)
      (reverse (char-set-fold cons '() set)))
    (define (char-set->string set) (list->string (char-set->list set)))

    ;;; Algebra

    (define (char-set-adjoin set . chars) (%char-set-combine 0 set (%char-set-of-list chars)))
    (define (char-set-delete set . chars) (%char-set-combine 2 set (%char-set-of-list chars)))
    (define char-set-adjoin! char-set-adjoin)
    (define char-set-delete! char-set-delete)

    (define (combine-all who number first rest)
      (check-set who 1 first)
      (let loop ((result first) (rest rest) (i 2))
        (if (pair? rest)
            (begin
              (check-set who i (car rest))
              (loop (%char-set-combine number result (car rest)) (cdr rest) (+ i 1)))
            result)))

    (define (char-set-complement set)
      (check-set 'char-set-complement 1 set)
      (%char-set-combine 2 char-set:full set))
    (define (char-set-union . sets)
      (if (null? sets) char-set:empty (combine-all 'char-set-union 0 (car sets) (cdr sets))))
    (define (char-set-intersection . sets)
      (if (null? sets) char-set:full (combine-all 'char-set-intersection 1 (car sets) (cdr sets))))
    (define (char-set-difference set . sets) (combine-all 'char-set-difference 2 set sets))
    (define (char-set-xor . sets)
      (if (null? sets) char-set:empty (combine-all 'char-set-xor 3 (car sets) (cdr sets))))
    (define (char-set-diff+intersection set . sets)
      (check-set 'char-set-diff+intersection 1 set)
      (let ((others (apply char-set-union sets)))
        (values (%char-set-combine 2 set others) (%char-set-combine 1 set others))))

    (define char-set-complement! char-set-complement)
    (define char-set-union! char-set-union)
    (define char-set-intersection! char-set-intersection)
    (define char-set-difference! char-set-difference)
    (define char-set-xor! char-set-xor)
    (define char-set-diff+intersection! char-set-diff+intersection)))
