;;; SRFI 13: strings.
;;;
;;; A criterion is a character, a char-set or a procedure. Searches for the first two, and comparisons, are
;;; the VM's (`search_primitives.wr`). Optional starts and ends are checked by `with-range`. Nothing is ever
;;; shared: the procedures that may share give copies.

(define-library (srfi 13)
  (export
    string? string-null? string-every string-any
    make-string string string-tabulate
    string->list list->string reverse-list->string string-join
    string-length string-ref string-copy substring/shared string-copy!
    string-take string-take-right string-drop string-drop-right
    string-pad string-pad-right string-trim string-trim-right string-trim-both
    string-set! string-fill!
    string-compare string-compare-ci string<> string= string< string> string<= string>=
    string-ci<> string-ci= string-ci< string-ci> string-ci<= string-ci>= string-hash string-hash-ci
    string-prefix-length string-suffix-length string-prefix-length-ci string-suffix-length-ci
    string-prefix? string-suffix? string-prefix-ci? string-suffix-ci?
    string-index string-index-right string-skip string-skip-right string-count
    string-contains string-contains-ci
    string-titlecase string-upcase string-downcase string-titlecase! string-upcase! string-downcase!
    string-reverse string-reverse!
    string-append string-concatenate string-append/shared string-concatenate/shared
    string-concatenate-reverse string-concatenate-reverse/shared
    string-map string-map! string-fold string-fold-right string-unfold string-unfold-right
    string-for-each string-for-each-index
    xsubstring string-xcopy! string-replace string-tokenize string-filter string-delete
    string-parse-start+end string-parse-final-start+end let-string-start+end
    check-substring-spec substring-spec-ok?
    make-kmp-restart-vector kmp-step string-kmp-partial-search)
  (import (langwright scheme))
  (begin

    ;;; Optional arguments

    (define (too-many who)
      (error (string-append (symbol->string who) ": too many arguments")))

    (define (no-more who rest)
      (if (pair? rest) (too-many who)))

    ;; Runs the body with the start and end that are first in `rest`, or those of all of the string; they
    ;; are arguments number `position` and the next.
    (define-syntax with-range
      (syntax-rules ()
        ((_ (who string rest position) (start end) body0 body ...)
         (let* ((length (begin (%check-string 'who 1 string) (string-length string)))
                (start (if (pair? rest) (car rest) 0))
                (end (end-in 'who rest length)))
           (%check-range 'who position start end length)
           body0 body ...))))

    (define (end-in who rest length)
      (if (and (pair? rest) (pair? (cdr rest)))
          (begin (no-more who (cddr rest)) (cadr rest))
          length))

    ;; Two strings, and a range for each, in this order.
    (define-syntax with-ranges
      (syntax-rules ()
        ((_ (who a b rest position) (a-start a-end b-start b-end) body0 body ...)
         (let* ((more (if (and (pair? rest) (pair? (cdr rest))) (cddr rest) '()))
                (a-length (begin (%check-string 'who 1 a) (string-length a)))
                (b-length (begin (%check-string 'who 2 b) (string-length b)))
                (a-start (if (pair? rest) (car rest) 0))
                (a-end (if (and (pair? rest) (pair? (cdr rest))) (cadr rest) a-length))
                (b-start (if (pair? more) (car more) 0))
                (b-end (end-in 'who more b-length)))
           (%check-range 'who position a-start a-end a-length)
           (%check-range 'who (+ position 2) b-start b-end b-length)
           body0 body ...))))

    (define (is-criterion? x) (or (procedure? x) (char? x) (char-set? x)))
    (define (check-criterion who position x)
      (if (not (is-criterion? x))
          (%wrong-type who position x "a character, a char-set or a procedure")))

    ;; A procedure for a criterion.
    (define (predicate-of criterion)
      (cond ((char? criterion) (lambda (char) (char=? char criterion)))
            ((char-set? criterion) (lambda (char) (char-set-contains? criterion char)))
            (else criterion)))

    ;;; Predicates

    (define (string-null? string)
      (%check-string 'string-null? 1 string)
      (= (string-length string) 0))

    ;; The last call of `string-every` and `string-any` is a tail call.
    (define (string-every criterion string . rest)
      (check-criterion 'string-every 1 criterion)
      (%check-string 'string-every 2 string)
      (with-range (string-every string rest 3) (start end)
        (if (procedure? criterion)
            (or (= start end)
                (let ((last (- end 1)))
                  (let loop ((i start))
                    (if (= i last)
                        (criterion (string-ref string i))
                        (and (criterion (string-ref string i)) (loop (+ i 1)))))))
            (not (%string-find string criterion start end #f)))))

    (define (string-any criterion string . rest)
      (check-criterion 'string-any 1 criterion)
      (%check-string 'string-any 2 string)
      (with-range (string-any string rest 3) (start end)
        (if (procedure? criterion)
            (and (< start end)
                 (let ((last (- end 1)))
                   (let loop ((i start))
                     (if (= i last)
                         (criterion (string-ref string i))
                         (or (criterion (string-ref string i)) (loop (+ i 1)))))))
            (and (%string-find string criterion start end #t) #t))))

    ;;; Making strings

    (define (string-tabulate f n)
      (%check-procedure 'string-tabulate 1 f)
      (%check-index 'string-tabulate 2 n)
      (let loop ((i (- n 1)) (chars '()))
        (if (< i 0)
            (list->string chars)
            (loop (- i 1) (cons (f i) chars)))))

    (define (reverse-list->string chars) (list->string (reverse chars)))

    (define (string-join strings . rest)
      (let ((delimiter (if (pair? rest) (car rest) " "))
            (grammar (if (and (pair? rest) (pair? (cdr rest))) (cadr rest) 'infix)))
        (%check-string 'string-join 2 delimiter)
        (if (not (list? strings)) (%wrong-type 'string-join 1 strings "a list of strings"))
        (case grammar
          ((infix strict-infix)
           (cond ((pair? strings)
                  (string-concatenate
                    (cons (car strings)
                          (let loop ((rest (cdr strings)))
                            (if (null? rest)
                                '()
                                (cons delimiter (cons (car rest) (loop (cdr rest)))))))))
                 ((eq? grammar 'infix) "")
                 (else (error "string-join: there is nothing to join by strict-infix"))))
          ((prefix)
           (string-concatenate
             (let loop ((rest strings))
               (if (null? rest) '() (cons delimiter (cons (car rest) (loop (cdr rest))))))))
          ((suffix)
           (string-concatenate
             (let loop ((rest strings))
               (if (null? rest) '() (cons (car rest) (cons delimiter (loop (cdr rest))))))))
          (else
           (%wrong-type 'string-join 3 grammar "one of infix, strict-infix, prefix and suffix")))))

    ;;; Parts

    (define (substring/shared string start . rest)
      (with-range (substring/shared string (cons start rest) 2) (start end)
        (string-copy string start end)))

    (define (check-part who string n)
      (%check-string who 1 string)
      (%check-index who 2 n)
      (if (> n (string-length string)) (%out-of-range who 2 n)))

    (define (string-take string n)
      (check-part 'string-take string n)
      (string-copy string 0 n))
    (define (string-drop string n)
      (check-part 'string-drop string n)
      (string-copy string n))
    (define (string-take-right string n)
      (check-part 'string-take-right string n)
      (string-copy string (- (string-length string) n)))
    (define (string-drop-right string n)
      (check-part 'string-drop-right string n)
      (string-copy string 0 (- (string-length string) n)))

    (define (padding who rest)
      (if (pair? rest)
          (begin (%check-char who 3 (car rest)) (car rest))
          #\space))

    (define (string-pad string n . rest)
      (%check-index 'string-pad 2 n)
      (let ((char (padding 'string-pad rest)) (bounds (if (pair? rest) (cdr rest) '())))
        (with-range (string-pad string bounds 4) (start end)
          (let ((length (- end start)))
            (if (<= n length)
                (string-copy string (- end n) end)
                (let ((result (make-string n char)))
                  (string-copy! result (- n length) string start end)
                  result))))))

    (define (string-pad-right string n . rest)
      (%check-index 'string-pad-right 2 n)
      (let ((char (padding 'string-pad-right rest)) (bounds (if (pair? rest) (cdr rest) '())))
        (with-range (string-pad-right string bounds 4) (start end)
          (if (<= n (- end start))
              (string-copy string start (+ start n))
              (let ((result (make-string n char)))
                (string-copy! result 0 string start end)
                result)))))

    (define whitespace (%char-set-named "whitespace"))

    (define (trimmed who string rest left? right?)
      (let ((criterion (if (pair? rest) (car rest) whitespace))
            (bounds (if (pair? rest) (cdr rest) '())))
        (check-criterion who 2 criterion)
        (with-range (string-trim string bounds 3) (start end)
          (let ((first (if left? (find-in string criterion start end #f) start)))
            (if first
                (let ((last (if right? (find-right-in string criterion first end #f) (- end 1))))
                  (if last (string-copy string first (+ last 1)) ""))
                "")))))
    (define (string-trim string . rest) (trimmed 'string-trim string rest #t #f))
    (define (string-trim-right string . rest) (trimmed 'string-trim-right string rest #f #t))
    (define (string-trim-both string . rest) (trimmed 'string-trim-both string rest #t #t))

    ;;; Comparing

    ;; The length of what both ranges begin with is the mismatch; who is shorter there, or has the lesser
    ;; character, is less. Calls one of three procedures with the position in `a`.
    (define (compare-at fold? a a-start a-end b b-start b-end less equal greater)
      (let* ((n (%string-prefix-length a a-start a-end b b-start b-end fold?))
             (i (+ a-start n))
             (j (+ b-start n)))
        (cond ((= i a-end) (if (= j b-end) (equal i) (less i)))
              ((= j b-end) (greater i))
              (((if fold? char-ci<? char<?) (string-ref a i) (string-ref b j)) (less i))
              (else (greater i)))))

    (define (string-compare a b less equal greater . rest)
      (%check-procedure 'string-compare 3 less)
      (%check-procedure 'string-compare 4 equal)
      (%check-procedure 'string-compare 5 greater)
      (with-ranges (string-compare a b rest 6) (a-start a-end b-start b-end)
        (compare-at #f a a-start a-end b b-start b-end less equal greater)))

    (define (string-compare-ci a b less equal greater . rest)
      (%check-procedure 'string-compare-ci 3 less)
      (%check-procedure 'string-compare-ci 4 equal)
      (%check-procedure 'string-compare-ci 5 greater)
      (with-ranges (string-compare-ci a b rest 6) (a-start a-end b-start b-end)
        (compare-at #t a a-start a-end b b-start b-end less equal greater)))

    (define (yes i) #t)
    (define (no i) #f)

    (define-syntax define-comparison
      (syntax-rules ()
        ((_ name fold? less equal greater)
         (define (name a b . rest)
           (with-ranges (name a b rest 3) (a-start a-end b-start b-end)
             (compare-at fold? a a-start a-end b b-start b-end less equal greater))))))

    (define-comparison string= #f no yes no)
    (define-comparison string<> #f yes no yes)
    (define-comparison string< #f yes no no)
    (define-comparison string> #f no no yes)
    (define-comparison string<= #f yes yes no)
    (define-comparison string>= #f no yes yes)
    (define-comparison string-ci= #t no yes no)
    (define-comparison string-ci<> #t yes no yes)
    (define-comparison string-ci< #t yes no no)
    (define-comparison string-ci> #t no no yes)
    (define-comparison string-ci<= #t yes yes no)
    (define-comparison string-ci>= #t no yes yes)

    (define (hash-part who string rest change)
      (%check-string who 1 string)
      (let ((bound (if (pair? rest) (car rest) 0)) (bounds (if (pair? rest) (cdr rest) '())))
        (%check-index who 2 bound)
        (with-range (string-hash string bounds 3) (start end)
          (let ((hash (%hash-equal (change (string-copy string start end)))))
            (if (= bound 0) hash (modulo hash bound))))))
    (define (string-hash string . rest) (hash-part 'string-hash string rest (lambda (s) s)))
    (define (string-hash-ci string . rest)
      (hash-part 'string-hash-ci string rest (lambda (s) (%string-map char-foldcase s))))

    ;;; Prefixes and suffixes

    (define-syntax define-affixes
      (syntax-rules ()
        ((_ length-name test-name primitive fold?)
         (begin
           (define (length-name a b . rest)
             (with-ranges (length-name a b rest 3) (a-start a-end b-start b-end)
               (primitive a a-start a-end b b-start b-end fold?)))
           (define (test-name a b . rest)
             (with-ranges (test-name a b rest 3) (a-start a-end b-start b-end)
               (= (primitive a a-start a-end b b-start b-end fold?) (- a-end a-start))))))))

    (define-affixes string-prefix-length string-prefix? %string-prefix-length #f)
    (define-affixes string-prefix-length-ci string-prefix-ci? %string-prefix-length #t)
    (define-affixes string-suffix-length string-suffix? %string-suffix-length #f)
    (define-affixes string-suffix-length-ci string-suffix-ci? %string-suffix-length #t)

    ;;; Searching

    ;; The first position whose character satisfies the criterion, or does not when `wanted` is #f.
    (define (find-in string criterion start end wanted)
      (if (procedure? criterion)
          (let loop ((i start))
            (cond ((= i end) #f)
                  ((if (criterion (string-ref string i)) wanted (not wanted)) i)
                  (else (loop (+ i 1)))))
          (%string-find string criterion start end wanted)))

    (define (find-right-in string criterion start end wanted)
      (if (procedure? criterion)
          (let loop ((i (- end 1)))
            (cond ((< i start) #f)
                  ((if (criterion (string-ref string i)) wanted (not wanted)) i)
                  (else (loop (- i 1)))))
          (%string-find-right string criterion start end wanted)))

    (define-syntax define-search
      (syntax-rules ()
        ((_ name find wanted)
         (define (name string criterion . rest)
           (check-criterion 'name 2 criterion)
           (with-range (name string rest 3) (start end)
             (find string criterion start end wanted))))))
    (define-search string-index find-in #t)
    (define-search string-skip find-in #f)
    (define-search string-index-right find-right-in #t)
    (define-search string-skip-right find-right-in #f)

    (define (string-count string criterion . rest)
      (check-criterion 'string-count 2 criterion)
      (with-range (string-count string rest 3) (start end)
        (let loop ((i (find-in string criterion start end #t)) (n 0))
          (if i
              (loop (find-in string criterion (+ i 1) end #t) (+ n 1))
              n))))

    (define (string-contains a b . rest)
      (with-ranges (string-contains a b rest 3) (a-start a-end b-start b-end)
        (%string-search a a-start a-end b b-start b-end #f)))
    (define (string-contains-ci a b . rest)
      (with-ranges (string-contains-ci a b rest 3) (a-start a-end b-start b-end)
        (%string-search a a-start a-end b b-start b-end #t)))

    ;;; Case: one character becomes one character

    (define (change! string start end f)
      (let loop ((i start))
        (if (< i end)
            (begin
              (string-set! string i (f (string-ref string i)))
              (loop (+ i 1))))))

    ;; The first letter of each run of letters is a capital, the others are small.
    (define (titlecase! string start end)
      (let loop ((i start) (inside? #f))
        (if (< i end)
            (let* ((char (string-ref string i)) (letter? (char-alphabetic? char)))
              (if letter?
                  (string-set! string i (if inside? (char-downcase char) (char-upcase char))))
              (loop (+ i 1) letter?)))))

    (define-syntax define-case
      (syntax-rules ()
        ((_ name name! (string start end) change)
         (begin
           (define (name whole . rest)
             (with-range (name whole rest 2) (from to)
               (let ((string (string-copy whole from to)) (start 0) (end (- to from)))
                 change
                 string)))
           (define (name! string . rest)
             (with-range (name! string rest 2) (start end)
               change))))))
    (define-case string-upcase string-upcase! (string start end) (change! string start end char-upcase))
    (define-case string-downcase string-downcase! (string start end) (change! string start end char-downcase))
    (define-case string-titlecase string-titlecase! (string start end) (titlecase! string start end))

    ;;; Reversing and joining

    (define (reverse! string start end)
      (let loop ((i start) (j (- end 1)))
        (if (< i j)
            (let ((char (string-ref string i)))
              (string-set! string i (string-ref string j))
              (string-set! string j char)
              (loop (+ i 1) (- j 1))))))
    (define-case string-reverse string-reverse! (string start end) (reverse! string start end))

    (define (string-concatenate strings) (apply string-append strings))
    (define string-concatenate/shared string-concatenate)
    (define string-append/shared string-append)

    (define (string-concatenate-reverse strings . rest)
      (if (not (list? strings))
          (%wrong-type 'string-concatenate-reverse 1 strings "a list of strings"))
      (let* ((final (if (pair? rest) (car rest) ""))
             (end (begin
                    (%check-string 'string-concatenate-reverse 2 final)
                    (if (and (pair? rest) (pair? (cdr rest))) (cadr rest) (string-length final)))))
        (%check-range 'string-concatenate-reverse 2 0 end (string-length final))
        (string-concatenate (reverse (cons (string-copy final 0 end) strings)))))
    (define string-concatenate-reverse/shared string-concatenate-reverse)

    ;;; Maps and folds

    (define %string-map
      (lambda (f string)
        (let ((result (string-copy string)))
          (change! result 0 (string-length result) f)
          result)))

    ;; By way of a list, so that a continuation that returns twice does not see what came later.
    (define (string-map f string . rest)
      (%check-procedure 'string-map 1 f)
      (%check-string 'string-map 2 string)
      (with-range (string-map string rest 3) (start end)
        (let loop ((i start) (chars '()))
          (if (< i end)
              (loop (+ i 1) (cons (f (string-ref string i)) chars))
              (list->string (reverse chars))))))

    (define (string-map! f string . rest)
      (%check-procedure 'string-map! 1 f)
      (%check-string 'string-map! 2 string)
      (with-range (string-map! string rest 3) (start end)
        (change! string start end f)))

    (define (string-fold f seed string . rest)
      (%check-procedure 'string-fold 1 f)
      (%check-string 'string-fold 3 string)
      (with-range (string-fold string rest 4) (start end)
        (let loop ((i start) (result seed))
          (if (< i end)
              (loop (+ i 1) (f (string-ref string i) result))
              result))))

    (define (string-fold-right f seed string . rest)
      (%check-procedure 'string-fold-right 1 f)
      (%check-string 'string-fold-right 3 string)
      (with-range (string-fold-right string rest 4) (start end)
        (let loop ((i (- end 1)) (result seed))
          (if (>= i start)
              (loop (- i 1) (f (string-ref string i) result))
              result))))

    (define (unfolded who stop? f successor seed rest join)
      (%check-procedure who 1 stop?)
      (%check-procedure who 2 f)
      (%check-procedure who 3 successor)
      (let ((base (if (pair? rest) (car rest) ""))
            (make-final (if (and (pair? rest) (pair? (cdr rest))) (cadr rest) (lambda (seed) ""))))
        (%check-string who 5 base)
        (%check-procedure who 6 make-final)
        (let loop ((seed seed) (chars '()))
          (if (stop? seed)
              (join base chars (make-final seed))
              (let ((char (f seed)))
                (%check-char who 2 char)
                (loop (successor seed) (cons char chars)))))))

    (define (string-unfold stop? f successor seed . rest)
      (unfolded 'string-unfold stop? f successor seed rest
        (lambda (base chars final) (string-append base (list->string (reverse chars)) final))))
    (define (string-unfold-right stop? f successor seed . rest)
      (unfolded 'string-unfold-right stop? f successor seed rest
        (lambda (base chars final) (string-append final (list->string chars) base))))

    (define (string-for-each f string . rest)
      (%check-procedure 'string-for-each 1 f)
      (%check-string 'string-for-each 2 string)
      (with-range (string-for-each string rest 3) (start end)
        (let loop ((i start))
          (if (< i end)
              (begin (f (string-ref string i)) (loop (+ i 1)))))))

    (define (string-for-each-index f string . rest)
      (%check-procedure 'string-for-each-index 1 f)
      (%check-string 'string-for-each-index 2 string)
      (with-range (string-for-each-index string rest 3) (start end)
        (let loop ((i start))
          (if (< i end)
              (begin (f i) (loop (+ i 1)))))))

    ;;; Replicating and replacing

    (define (check-integer who position k)
      (if (not (exact-integer? k)) (%wrong-type who position k "an exact integer")))

    ;; The character number `from`, …, of the range repeated in both directions.
    (define (repeated-into! to at string from count start end)
      (let ((period (- end start)))
        (let loop ((i 0))
          (if (< i count)
              (begin
                (string-set! to (+ at i) (string-ref string (+ start (modulo (+ from i) period))))
                (loop (+ i 1)))))))

    (define (xsubstring string from . rest)
      (%check-string 'xsubstring 1 string)
      (check-integer 'xsubstring 2 from)
      (let ((bounds (if (pair? rest) (cdr rest) '())))
        (with-range (xsubstring string bounds 4) (start end)
          (let* ((to (if (pair? rest) (car rest) (+ from (- end start))))
                 (count (begin (check-integer 'xsubstring 3 to) (- to from))))
            (if (< count 0) (%out-of-range 'xsubstring 3 to))
            (if (and (= start end) (> count 0))
                (error "xsubstring: nothing to repeat:" string))
            (let ((result (make-string count)))
              (repeated-into! result 0 string from count start end)
              result)))))

    (define (string-xcopy! target at string from . rest)
      (%check-string 'string-xcopy! 1 target)
      (let ((part (apply xsubstring string from rest)))
        (string-copy! target at part)))

    (define (string-replace a b a-start a-end . rest)
      (with-ranges (string-replace a b (cons a-start (cons a-end rest)) 3) (from to start end)
        (string-append (string-copy a 0 from) (string-copy b start end) (string-copy a to))))

    (define graphic (%char-set-named "graphic"))

    (define (string-tokenize string . rest)
      (let ((set (if (pair? rest) (car rest) graphic)) (bounds (if (pair? rest) (cdr rest) '())))
        (check-criterion 'string-tokenize 2 set)
        (with-range (string-tokenize string bounds 3) (start end)
          (let loop ((i start) (tokens '()))
            (let ((from (find-in string set i end #t)))
              (if from
                  (let ((to (or (find-in string set from end #f) end)))
                    (loop to (cons (string-copy string from to) tokens)))
                  (reverse tokens)))))))

    (define (kept who criterion string rest wanted)
      (check-criterion who 1 criterion)
      (%check-string who 2 string)
      (with-range (string-filter string rest 3) (start end)
        (let ((keep? (predicate-of criterion)))
          (let loop ((i start) (chars '()))
            (if (= i end)
                (list->string (reverse chars))
                (let ((char (string-ref string i)))
                  (loop (+ i 1)
                        (if (if (keep? char) wanted (not wanted)) (cons char chars) chars))))))))
    (define (string-filter criterion string . rest) (kept 'string-filter criterion string rest #t))
    (define (string-delete criterion string . rest) (kept 'string-delete criterion string rest #f))

    ;;; For those who write such procedures

    (define (string-parse-start+end who string arguments)
      (%check-string 'string-parse-start+end 2 string)
      (let* ((length (string-length string))
             (start (if (pair? arguments) (car arguments) 0))
             (more (if (pair? arguments) (cdr arguments) '()))
             (end (if (pair? more) (car more) length)))
        (check-substring-spec who string start end)
        (values (if (pair? more) (cdr more) '()) start end)))

    (define (string-parse-final-start+end who string arguments)
      (call-with-values (lambda () (string-parse-start+end who string arguments))
        (lambda (rest start end)
          (if (pair? rest) (error "too many arguments:" who rest))
          (values start end))))

    (define-syntax let-string-start+end
      (syntax-rules ()
        ((_ (start end) who string arguments body0 body ...)
         (call-with-values (lambda () (string-parse-final-start+end who string arguments))
           (lambda (start end) body0 body ...)))
        ((_ (start end rest) who string arguments body0 body ...)
         (call-with-values (lambda () (string-parse-start+end who string arguments))
           (lambda (rest start end) body0 body ...)))))

    (define (substring-spec-ok? string start end)
      (and (string? string)
           (exact-integer? start)
           (exact-integer? end)
           (<= 0 start end (string-length string))))

    (define (check-substring-spec who string start end)
      (if (not (substring-spec-ok? string start end))
          (error "not a part of the string:" who string start end)))

    ;;; Knuth, Morris and Pratt: entry i says how much of the pattern still matches when its character
    ;;; number i does not; -1 means not even the next character has to be looked at again.

    (define (make-kmp-restart-vector pattern . rest)
      (let ((same? (if (pair? rest) (car rest) char=?))
            (bounds (if (pair? rest) (cdr rest) '())))
        (%check-procedure 'make-kmp-restart-vector 2 same?)
        (with-range (make-kmp-restart-vector pattern bounds 3) (start end)
          (let* ((n (- end start)) (restarts (make-vector n -1)))
            (define (char-at i) (string-ref pattern (+ start i)))
            ;; `k` characters before number i are also what the pattern begins with.
            (let loop ((i 1) (k 0))
              (if (< i n)
                  (begin
                    (vector-set! restarts i
                      (if (same? (char-at i) (char-at k)) (vector-ref restarts k) k))
                    (let shrink ((k k))
                      (cond ((same? (char-at i) (char-at k)) (loop (+ i 1) (+ k 1)))
                            ((< (vector-ref restarts k) 0) (loop (+ i 1) 0))
                            (else (shrink (vector-ref restarts k))))))))
            restarts))))

    (define (kmp-step pattern restarts char i same? start)
      (let loop ((i i))
        (cond ((same? char (string-ref pattern (+ i start))) (+ i 1))
              ((< (vector-ref restarts i) 0) 0)
              (else (loop (vector-ref restarts i))))))

    ;; How much of the pattern matches at the end of the string; when all of it does before, minus the
    ;; position behind it.
    (define (string-kmp-partial-search pattern restarts string i . rest)
      (let* ((same? (if (pair? rest) (car rest) char=?))
             (more (if (pair? rest) (cdr rest) '()))
             (pattern-start (if (pair? more) (car more) 0))
             (bounds (if (pair? more) (cdr more) '()))
             (n (vector-length restarts)))
        (%check-string 'string-kmp-partial-search 1 pattern)
        (with-range (string-kmp-partial-search string bounds 7) (start end)
          (let loop ((at start) (i i))
            (cond ((= i n) (- at))
                  ((= at end) i)
                  (else
                   (loop (+ at 1)
                         (kmp-step pattern restarts (string-ref string at) i same? pattern-start))))))))))
