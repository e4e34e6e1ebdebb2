;;; Procedures of ports that call procedures. Each closes its port when the procedure returns.

(define (call-with-port port f)
  (call-with-values (lambda () (f port))
    (lambda results
      (close-port port)
      (apply values results))))

(define (call-with-input-file path f) (call-with-port (open-input-file path) f))
(define (call-with-output-file path f) (call-with-port (open-output-file path) f))

(define (with-input-from-file path thunk)
  (call-with-input-file path
    (lambda (port) (parameterize ((current-input-port port)) (thunk)))))

(define (with-output-to-file path thunk)
  (call-with-output-file path
    (lambda (port) (parameterize ((current-output-port port)) (thunk)))))

(define (call-with-output-string f)
  (let ((port (open-output-string)))
    (f port)
    (get-output-string port)))

(define (with-output-to-string thunk)
  (call-with-output-string
    (lambda (port) (parameterize ((current-output-port port)) (thunk)))))

(define (with-input-from-string string thunk)
  (parameterize ((current-input-port (open-input-string string))) (thunk)))
