;;; The `(chibi test)` that chibi-scheme's tests of R7RS import: `tools/scheme-r7rs.ts` runs them with it.
;;;
;;; Every assertion prints a line: `pass` or `fail`, the sections it stands in, what was asserted, and for a
;;; failure what was expected and what came. An error in an expression is a failure of its assertion alone.
(define-library (chibi test)
  (export test test-group test-assert test-equal test-error test-values test-not test-begin test-end test-exit)
  (import (scheme base) (scheme write) (scheme inexact) (scheme complex) (scheme process-context))
  (begin
    ;; The sections that are open, innermost first.
    (define sections '())

    (define (test-begin . name)
      (set! sections (cons (if (pair? name) (car name) "") sections)))

    (define (test-end . name)
      (when (pair? sections)
        (set! sections (cdr sections))))

    (define-syntax test-group
      (syntax-rules ()
        ((_ name body ...)
         (let ()
           (test-begin name)
           (let () body ... (if #f #f))
           (test-end name)))))

    (define (test-exit)
      (exit))

    (define (report outcome form . details)
      (display outcome)
      (display #\tab)
      (display (if (pair? sections) (car sections) ""))
      (display #\tab)
      (write form)
      (for-each (lambda (detail) (display #\tab) (write detail)) details)
      (newline))

    ;; What stands for a value where there was none.
    (define-record-type raised
      (make-raised message irritants)
      raised?
      (message raised-message)
      (irritants raised-irritants))

    (define (attempt thunk)
      (guard (condition
              ((error-object? condition)
               (make-raised (error-object-message condition) (error-object-irritants condition)))
              (#t (make-raised "raised" (list condition))))
        (thunk)))

    (define (shown value)
      (if (raised? value)
          (list 'error (raised-message value) (raised-irritants value))
          value))

    (define (assert-equal form expected value)
      (if (and (not (raised? value)) (not (raised? expected)) (same? expected value))
          (report 'pass form)
          (report 'fail form (shown expected) (shown value))))

    ;; `equal?`, with flonums compared to five digits, as the original does: some are written rounded.
    (define (same? expected value)
      (cond
       ((and (number? expected) (inexact? expected))
        (and (number? value) (inexact? value) (close? expected value)))
       ((pair? expected)
        (and (pair? value)
             (or (equal? expected value)
                 (and (same? (car expected) (car value)) (same? (cdr expected) (cdr value))))))
       ((vector? expected)
        (and (vector? value) (same? (vector->list expected) (vector->list value))))
       (else (equal? expected value))))

    (define (close? expected value)
      (cond
       ((or (eqv? expected value) (= expected value)) #t)
       ((and (real? expected) (real? value))
        (and (finite? expected) (finite? value)
             (<= (abs (- expected value)) (* 1e-5 (abs expected)))))
       (else
        (and (close? (real-part expected) (real-part value))
             (close? (imag-part expected) (imag-part value))))))

    (define-syntax test
      (syntax-rules ()
        ((_ name expected expression)
         (assert-equal '(name expression) (attempt (lambda () expected)) (attempt (lambda () expression))))
        ((_ expected expression)
         (assert-equal 'expression (attempt (lambda () expected)) (attempt (lambda () expression))))))

    ;; With three operands the first one compares.
    (define-syntax test-equal
      (syntax-rules ()
        ((_ same? expected expression)
         (assert-true 'expression
                      (attempt (lambda () (same? expected expression)))))
        ((_ expected expression) (test expected expression))))

    (define-syntax test-assert
      (syntax-rules ()
        ((_ name expression) (assert-true '(name expression) (attempt (lambda () expression))))
        ((_ expression) (assert-true 'expression (attempt (lambda () expression))))))

    (define-syntax test-not
      (syntax-rules ()
        ((_ part ... expression) (test-assert part ... (not expression)))))

    (define (assert-true form value)
      (if (and value (not (raised? value)))
          (report 'pass form)
          (report 'fail form #t (shown value))))

    (define-syntax test-values
      (syntax-rules ()
        ((_ name expected expression)
         (test name (call-with-values (lambda () expected) list) (call-with-values (lambda () expression) list)))
        ((_ expected expression)
         (test (call-with-values (lambda () expected) list) (call-with-values (lambda () expression) list)))))

    (define-syntax test-error
      (syntax-rules ()
        ((_ name expression) (assert-error '(name expression) (attempt (lambda () expression))))
        ((_ expression) (assert-error 'expression (attempt (lambda () expression))))))

    (define (assert-error form value)
      (if (raised? value)
          (report 'pass form)
          (report 'fail form 'error value)))))
