;;; SRFI 69. A table whose equivalence the VM knows is one of its own (%make-hash-table: 0 eq?, 1 eqv?,
;;; 2 equal?, 3 string=?). Any other is a record of such a table, from hashes to association lists.

(define-record-type hash-table-of-procedures
  (%make-custom-table buckets equivalent? hash)
  %custom-table?
  (buckets %custom-buckets)
  (equivalent? %custom-equivalence)
  (hash %custom-hash))

(define %native-hash-table? hash-table?)
(define (hash-table? object) (or (%native-hash-table? object) (%custom-table? object)))

(define %largest-hash (- (expt 2 60) 1))

(define (%bounded hash bound)
  (if (null? bound) hash (modulo hash (car bound))))

(define (hash object . bound) (%bounded (%hash-equal object) bound))
(define (hash-by-identity object . bound) (%bounded (%hash-eqv object) bound))
(define (string-hash string . bound)
  (if (not (string? string)) (error "string-hash: not a string:" string))
  (%bounded (%hash-equal string) bound))
(define (string-ci-hash string . bound)
  (%bounded (%hash-equal (string-foldcase string)) bound))

(define (%equivalence-kind equivalent?)
  (cond ((eq? equivalent? eq?) 0)
        ((eq? equivalent? eqv?) 1)
        ((eq? equivalent? =) 1)
        ((eq? equivalent? equal?) 2)
        ((eq? equivalent? string=?) 3)
        (else #f)))

;; The hash function of an equivalence that the VM knows may as well be the VM's.
(define make-hash-table
  (case-lambda
    (() (%make-hash-table 2))
    ((equivalent? . rest)
     (let ((kind (%equivalence-kind equivalent?))
           (hash (if (and (pair? rest) (procedure? (car rest))) (car rest) #f)))
       (cond ((and kind (or (not hash) (%own-hash? hash)) (not (eq? equivalent? =)))
              (%make-hash-table kind))
             (else
              (%make-custom-table (%make-hash-table 1) equivalent?
                (or hash (if (eq? equivalent? string-ci=?) string-ci-hash (lambda (key) 0))))))))))

(define (%own-hash? f)
  (or (eq? f hash) (eq? f string-hash) (eq? f hash-by-identity)))

(define (alist->hash-table alist . rest)
  (let ((table (apply make-hash-table rest)))
    (for-each
      (lambda (entry)
        (if (not (hash-table-contains? table (car entry)))
            (hash-table-set! table (car entry) (cdr entry))))
      alist)
    table))

(define (hash-table-equivalence-function table)
  (if (%custom-table? table)
      (%custom-equivalence table)
      (vector-ref (vector eq? eqv? equal? string=?) (%hash-table-kind table))))

(define (hash-table-hash-function table)
  (if (%custom-table? table)
      (%custom-hash table)
      (vector-ref (vector hash-by-identity hash-by-identity hash string-hash) (%hash-table-kind table))))

;;; What the VM does for its own tables, for both kinds.

(define (%custom-entry table key)
  (let ((equivalent? (%custom-equivalence table)))
    (let loop ((entries (%native-ref (%custom-buckets table) ((%custom-hash table) key) '())))
      (cond ((null? entries) #f)
            ((equivalent? (caar entries) key) (car entries))
            (else (loop (cdr entries)))))))

(define %native-ref hash-table-ref/default)
(define %native-set! hash-table-set!)
(define %native-delete! hash-table-delete!)
(define %native-contains? hash-table-contains?)
(define %native-size hash-table-size)
(define %native-keys hash-table-keys)
(define %native-values hash-table-values)
(define %native-clear! hash-table-clear!)
(define %native-alist hash-table->alist)
(define %native-copy hash-table-copy)

(define (hash-table-ref/default table key default)
  (if (%custom-table? table)
      (let ((entry (%custom-entry table key))) (if entry (cdr entry) default))
      (%native-ref table key default)))

(define (hash-table-set! table key value)
  (if (%custom-table? table)
      (let ((entry (%custom-entry table key)))
        (if entry
            (set-cdr! entry value)
            (let ((hash ((%custom-hash table) key)) (buckets (%custom-buckets table)))
              (%native-set! buckets hash
                (cons (cons key value) (%native-ref buckets hash '()))))))
      (%native-set! table key value)))

(define (hash-table-delete! table key)
  (if (%custom-table? table)
      (let ((entry (%custom-entry table key)))
        (if entry
            (let* ((hash ((%custom-hash table) key))
                   (buckets (%custom-buckets table))
                   (left (%without entry (%native-ref buckets hash '()))))
              (if (null? left) (%native-delete! buckets hash) (%native-set! buckets hash left))))
        (and entry #t))
      (%native-delete! table key)))

(define (%without entry entries)
  (cond ((null? entries) '())
        ((eq? (car entries) entry) (cdr entries))
        (else (cons (car entries) (%without entry (cdr entries))))))

(define (hash-table-contains? table key)
  (if (%custom-table? table)
      (and (%custom-entry table key) #t)
      (%native-contains? table key)))
(define hash-table-exists? hash-table-contains?)

(define (hash-table->alist table)
  (if (%custom-table? table)
      (map (lambda (entry) (cons (car entry) (cdr entry)))
           (apply append (%native-values (%custom-buckets table))))
      (%native-alist table)))

(define (hash-table-size table)
  (if (%custom-table? table) (length (hash-table->alist table)) (%native-size table)))
(define (hash-table-keys table)
  (if (%custom-table? table) (map car (hash-table->alist table)) (%native-keys table)))
(define (hash-table-values table)
  (if (%custom-table? table) (map cdr (hash-table->alist table)) (%native-values table)))
(define (hash-table-clear! table)
  (%native-clear! (if (%custom-table? table) (%custom-buckets table) table)))

(define (hash-table-copy table . mutable?)
  (if (%custom-table? table)
      (let ((copy (%make-custom-table (%make-hash-table 1) (%custom-equivalence table) (%custom-hash table))))
        (for-each (lambda (entry) (hash-table-set! copy (car entry) (cdr entry))) (hash-table->alist table))
        copy)
      (%native-copy table)))

;;; The rest is made of these.

(define %no-value (list 'no-value))

(define hash-table-ref
  (case-lambda
    ((table key)
     (hash-table-ref table key (lambda () (error "hash-table-ref: no such key:" key))))
    ((table key fail)
     (let ((value (hash-table-ref/default table key %no-value)))
       (if (eq? value %no-value) (fail) value)))
    ((table key fail succeed)
     (let ((value (hash-table-ref/default table key %no-value)))
       (if (eq? value %no-value) (fail) (succeed value))))))

(define hash-table-update!
  (case-lambda
    ((table key f) (hash-table-set! table key (f (hash-table-ref table key))))
    ((table key f fail) (hash-table-set! table key (f (hash-table-ref table key fail))))))

(define (hash-table-update!/default table key f default)
  (hash-table-set! table key (f (hash-table-ref/default table key default))))

(define (hash-table-walk table f)
  (for-each (lambda (entry) (f (car entry) (cdr entry))) (hash-table->alist table)))

(define (hash-table-fold table f seed)
  (let loop ((entries (hash-table->alist table)) (result seed))
    (if (null? entries)
        result
        (loop (cdr entries) (f (caar entries) (cdar entries) result)))))

(define (hash-table-merge! table other)
  (hash-table-walk other
    (lambda (key value)
      (if (not (hash-table-contains? table key)) (hash-table-set! table key value))))
  table)
