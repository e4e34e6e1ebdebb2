;;; SRFI 26: `cut` and `cute`, procedures by leaving out arguments.
;;;
;;; A slot `<>` becomes a parameter, `<...>` at the end one for all further arguments. Each step moves
;;; one part from what was written to the call that is made.

(define-library (srfi 26)
  (export cut cute <> <...>)
  (import (langwright scheme))
  (begin
    (define-syntax <> (syntax-rules ()))
    (define-syntax <...> (syntax-rules ()))

    (define-syntax cut
      (syntax-rules ()
        ((_ part more ...) (cut-parts () () part more ...))))

    (define-syntax cut-parts
      (syntax-rules (<> <...>)
        ((_ (slot ...) (f part ...)) (lambda (slot ...) ((begin f) part ...)))
        ((_ (slot ...) (f part ...) <...>) (lambda (slot ... . rest) (apply f part ... rest)))
        ((_ (slot ...) (part ...) <> more ...) (cut-parts (slot ... x) (part ... x) more ...))
        ((_ slots (part ...) one more ...) (cut-parts slots (part ... one) more ...))))

    ;; As `cut`, but what is no slot is evaluated once, before the procedure is made.
    (define-syntax cute
      (syntax-rules ()
        ((_ part more ...) (cute-parts () () () part more ...))))

    (define-syntax cute-parts
      (syntax-rules (<> <...>)
        ((_ (slot ...) bindings (f part ...)) (let bindings (lambda (slot ...) (f part ...))))
        ((_ (slot ...) bindings (f part ...) <...>)
         (let bindings (lambda (slot ... . rest) (apply f part ... rest))))
        ((_ (slot ...) bindings (part ...) <> more ...)
         (cute-parts (slot ... x) bindings (part ... x) more ...))
        ((_ slots (binding ...) (part ...) one more ...)
         (cute-parts slots (binding ... (x one)) (part ... x) more ...))))))
