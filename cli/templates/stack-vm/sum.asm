# The sum of the numbers below 1000000.
    push 0
    store sum
    push 0
    store i
again:
    load i
    push 1000000
    less
    jump_if_zero done
    load sum
    load i
    add
    store sum
    load i
    push 1
    add
    store i
    jump again
done:
    load sum
    print
