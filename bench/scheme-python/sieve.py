def sieve(limit):
    is_prime = [True] * (limit + 1)
    count = 0
    i = 2
    while i <= limit:
        if is_prime[i]:
            j = i * i
            while j <= limit:
                is_prime[j] = False
                j += i
            count += 1
        i += 1
    return count


print(sieve(2000000))
