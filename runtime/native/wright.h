/*
 * What every translated program is written against: the shape of objects, tagged words, pending
 * exceptions, tracebacks, the shadow stack. Generated files include this header and nothing else of
 * the platform.
 *
 * Objects. Every collected object starts with eight bytes: its type's number (32 bits) and `bits`
 * (32 bits). A reference (`wr_ref`) is the address of that header, null, or a tagged word; objects
 * are 8-byte aligned, so the low three bits of a reference say which:
 *
 *     ...000   null or an object
 *     ....01   payload of the @immediate class with tag 0 in bits 1..63 (any word with bit 0 set)
 *     ....10   @immediate class n > 0: n - 1 in bits 2..7, payload in bits 8..63
 *
 * `bits` of a header:  0..6 belong to the collector, 7..30 are the identity hash (0: none yet),
 * bit 31 is set while the header is a forwarding address (bits 0..62 of the header are the address).
 *
 * Exceptions are data: `wr_exc` is the exception on its way out of the current call, or null. A
 * function that leaves by an exception sets it and returns a zero; whoever calls it tests.
 *
 * This is the only C of the project; it knows no hosted language and no Wright class.
 */
#ifndef WRIGHT_H
#define WRIGHT_H

#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define WR_LIKELY(x) __builtin_expect(!!(x), 1)
#define WR_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define WR_COLD __attribute__((cold, noinline))
#define WR_INLINE static inline __attribute__((always_inline))
#define WR_NEVER_INLINE __attribute__((noinline))
#define WR_NORETURN __attribute__((noreturn))
#define WR_HIDDEN __attribute__((visibility("hidden")))

/* The symbol of a C function as the assembler knows it. */
#define WR_TEXT_(x) #x
#define WR_TEXT(x) WR_TEXT_(x)
#define WR_SYMBOL(name) WR_TEXT(__USER_LABEL_PREFIX__) name

/* ---- objects ------------------------------------------------------------------------------- */

typedef struct wr_object {
  uint32_t type;
  uint32_t bits;
} wr_object;

typedef wr_object *wr_ref;
typedef char *wr_addr;
/* Any function; calls cast it to what the call site knows. */
typedef void (*wr_fn)(void);

#define WR_GC_BITS UINT32_C(0x7f)
#define WR_HASH_SHIFT 7
#define WR_HASH_MASK UINT32_C(0xffffff)
#define WR_FORWARDED (UINT64_C(1) << 63)

/* Collector bits that generated static data uses. */
#define WR_PREBUILT UINT32_C(1) /* lies in static data, never moves */
#define WR_TRACK UINT32_C(2)    /* a store of a reference has to be reported to the collector */
#define WR_CARDS UINT32_C(16)   /* an array with cards before it, which say what was stored to */

WR_INLINE bool wr_is_tagged(wr_ref x) { return ((uintptr_t)x & 3) != 0; }

/* ---- what a program provides ------------------------------------------------------------------ */

/* A place in the program, for tracebacks. */
typedef struct wr_site {
  const char *file;
  const char *function;
  int32_t line;
} wr_site;

/* fn(array[str]) -> int */
int64_t wr_program_entry(wr_ref arguments);
/* fn(Exception) -> str: the last line of a traceback. */
wr_ref wr_program_describe(wr_ref exception);
extern const char wr_program_name[];
extern const wr_ref wr_program_memory_error;
extern const wr_ref wr_program_stack_overflow;
/* Type numbers of `str` and of the array of strings that the entry takes. */
extern const uint32_t wr_program_str;
extern const uint32_t wr_program_str_array;

/* ---- exceptions and tracebacks ---------------------------------------------------------------- */

extern wr_ref wr_exc;

/* The exception that was taken last: raised again, it keeps its traceback. Nothing stays alive for it. */
extern wr_ref wr_exc_taken;

/*
 * Sites from the raise outwards. A deep traceback keeps its two ends: the first sites added, and a
 * ring of the latest.
 */
enum { WR_TRACEBACK_END = 40 };

typedef struct wr_traceback {
  int64_t count;
  const wr_site *inner[WR_TRACEBACK_END];
  const wr_site *outer[WR_TRACEBACK_END];
} wr_traceback;

/* Of the exception that was raised last. */
extern wr_traceback wr_traceback_now;

/* Makes an exception pending and starts its traceback, which grows as it passes through callers. */
WR_COLD void wr_exc_set(wr_ref exception);
/* The same for what the machine raises: always a new traceback. */
WR_COLD void wr_exc_start(wr_ref exception);
WR_COLD void wr_traceback_add(const wr_site *site);

WR_INLINE wr_ref wr_exc_take(void) {
  wr_ref x = wr_exc;
  wr_exc_taken = x;
  wr_exc = NULL;
  return x;
}

/* A broken invariant, of the platform's or of a program's runtime: says so and aborts. */
WR_COLD WR_NORETURN void wr_panic(const char *message);
/* The same with a `str`. */
WR_COLD WR_NORETURN void wr_fatal(wr_ref message);

/* Bytes: "64M" and the like; 0 when it is no size. */
int64_t wr_parse_size(const char *text);

/* ---- the machine stack and the shadow stack ---------------------------------------------------- */

/* References of active functions, for the collector: slots of frames, innermost last. */
extern wr_ref *wr_ss;
extern wr_ref *wr_ss_limit;
extern char *wr_stack_limit;

/*
 * First slot of a frame that the collector has not seen yet (runtime/gc/program.wr). Functions that
 * recurse have one in their frames, so that a deep stack need not be looked at again and again.
 */
#define WR_FRAME_NEW ((wr_ref)4)

WR_COLD void wr_stack_overflow(void);

/* False, with StackOverflow pending, when the machine stack or the shadow stack runs out. */
WR_INLINE bool wr_stack_check(void) {
  if (WR_UNLIKELY((char *)__builtin_frame_address(0) < wr_stack_limit || wr_ss > wr_ss_limit)) {
    wr_stack_overflow();
    return false;
  }
  return true;
}

/* ---- arithmetic that C lacks or leaves undefined ------------------------------------------------ */

/* Rounded towards 0; INT64_MIN / -1 wraps. */
WR_INLINE int64_t wr_int_truncdiv(int64_t a, int64_t b) {
  return WR_UNLIKELY(b == -1) ? (int64_t)(0 - (uint64_t)a) : a / b;
}

WR_INLINE int64_t wr_int_truncmod(int64_t a, int64_t b) { return WR_UNLIKELY(b == -1) ? 0 : a % b; }

WR_INLINE int64_t wr_int_floordiv(int64_t a, int64_t b) {
  if (WR_UNLIKELY(b == -1)) return (int64_t)(0 - (uint64_t)a);
  int64_t q = a / b, r = a % b;
  return q - (r != 0 && (r ^ b) < 0);
}

WR_INLINE int64_t wr_int_mod(int64_t a, int64_t b) {
  if (WR_UNLIKELY(b == -1)) return 0;
  int64_t r = a % b;
  return r != 0 && (r ^ b) < 0 ? r + b : r;
}

__extension__ typedef __int128 wr_int128;
__extension__ typedef unsigned __int128 wr_uint128;

WR_INLINE int64_t wr_int_mulhi(int64_t a, int64_t b) {
  return (int64_t)(((wr_int128)a * b) >> 64);
}

WR_INLINE int64_t wr_uint_mulhi(int64_t a, int64_t b) {
  return (int64_t)(((wr_uint128)(uint64_t)a * (uint64_t)b) >> 64);
}

WR_INLINE int64_t wr_int_clz(int64_t a) { return a == 0 ? 64 : __builtin_clzll((uint64_t)a); }
WR_INLINE int64_t wr_int_ctz(int64_t a) { return a == 0 ? 64 : __builtin_ctzll((uint64_t)a); }

/* What does not fit becomes the nearest that does; nan becomes 0. */
WR_INLINE int64_t wr_float_to_int(double a) {
  if (WR_LIKELY(a >= -9223372036854775808.0 && a < 9223372036854775808.0)) return (int64_t)a;
  return a != a ? 0 : a < 0 ? INT64_MIN : INT64_MAX;
}

WR_INLINE int64_t wr_float_to_uint(double a) {
  if (WR_LIKELY(a >= 0.0 && a < 18446744073709551616.0)) return (int64_t)(uint64_t)a;
  return a > 0 ? -1 : 0;
}

/* All nans have one pattern, so that the same program computes the same bits everywhere. */
WR_INLINE int64_t wr_float_bits(double a) {
  int64_t bits;
  if (a != a) return INT64_C(0x7ff8000000000000);
  memcpy(&bits, &a, sizeof bits);
  return bits;
}

WR_INLINE double wr_bits_float(int64_t bits) {
  double a;
  memcpy(&a, &bits, sizeof a);
  return a;
}

WR_INLINE double wr_float_ldexp(double a, int64_t n) {
  return ldexp(a, n > 10000 ? 10000 : n < -10000 ? -10000 : (int)n);
}

/* ---- memory ---------------------------------------------------------------------------------------- */

/* Storage at any address, for the raw level. */
#define WR_UNALIGNED(name, type) typedef type __attribute__((aligned(1), may_alias)) wr_unaligned_##name
WR_UNALIGNED(int8, int8_t);
WR_UNALIGNED(int16, int16_t);
WR_UNALIGNED(int32, int32_t);
WR_UNALIGNED(int64, int64_t);
WR_UNALIGNED(uint8, uint8_t);
WR_UNALIGNED(uint16, uint16_t);
WR_UNALIGNED(uint32, uint32_t);
WR_UNALIGNED(float, float);
WR_UNALIGNED(double, double);
WR_UNALIGNED(bool, bool);
WR_UNALIGNED(addr, wr_addr);
WR_UNALIGNED(ref, wr_ref);
WR_UNALIGNED(fn, wr_fn);

#define WR_FILL(name, type)                                                   \
  WR_INLINE void wr_fill_##name(type *items, int64_t count, type value) {     \
    for (int64_t i = 0; i < count; i++) items[i] = value;                     \
  }
WR_FILL(i8, int8_t)
WR_FILL(i16, int16_t)
WR_FILL(i32, int32_t)
WR_FILL(i64, int64_t)
WR_FILL(u8, uint8_t)
WR_FILL(u16, uint16_t)
WR_FILL(u32, uint32_t)
WR_FILL(f32, float)
WR_FILL(f64, double)
WR_FILL(bool, bool)
WR_FILL(addr, wr_addr)
WR_FILL(ref, wr_ref)
WR_FILL(fn, wr_fn)

wr_addr wr_raw_alloc(int64_t size);
void wr_raw_free(wr_addr memory);

WR_INLINE int64_t wr_raw_compare(wr_addr a, wr_addr b, int64_t n) {
  int order = memcmp(a, b, (size_t)n);
  return (order > 0) - (order < 0);
}

/* ---- the operating system ---------------------------------------------------------------------- */
/* Paths are given by address and length. Failures are negated errno values. */

int64_t wr_os_open(wr_addr path, int64_t length, int64_t mode);
int64_t wr_os_read(int64_t fd, wr_addr into, int64_t n);
int64_t wr_os_write(int64_t fd, wr_addr from, int64_t n);
int64_t wr_os_close(int64_t fd);
int64_t wr_os_seek(int64_t fd, int64_t offset, int64_t whence);
void wr_os_exit(int64_t code);
int64_t wr_os_clock_wall_ns(void);
int64_t wr_os_clock_mono_ns(void);
int64_t wr_os_cpu_ns(void);
int64_t wr_os_environ(wr_addr into, int64_t capacity);
int64_t wr_os_getenv(wr_addr name, int64_t length, wr_addr into, int64_t capacity);
int64_t wr_os_random(wr_addr into, int64_t n);
int64_t wr_os_isatty(int64_t fd);
int64_t wr_os_errno_text(int64_t code, wr_addr into, int64_t capacity);
int64_t wr_os_remove(wr_addr path, int64_t length);
int64_t wr_os_rename(wr_addr from, int64_t from_length, wr_addr to, int64_t to_length);
int64_t wr_os_stat(wr_addr path, int64_t length, wr_addr out);
int64_t wr_os_listdir(wr_addr path, int64_t length, wr_addr into, int64_t capacity);
int64_t wr_os_mkdir(wr_addr path, int64_t length);
int64_t wr_os_getcwd(wr_addr into, int64_t capacity);

/* Terminals and interrupts. A platform without them answers -ENOSYS (-38), and the library says so. */
int64_t wr_os_terminal_raw(int64_t fd, int64_t on);
int64_t wr_os_terminal_size(int64_t fd, wr_addr out);
int64_t wr_os_read_within(int64_t fd, wr_addr into, int64_t n, int64_t milliseconds);
int64_t wr_os_catch_interrupts(int64_t on);
/* Whether there was one since the last call. */
int64_t wr_os_take_interrupt(void);

/* Set when a caught interrupt arrives. Interpreter loops look at it, so it is one load. */
extern volatile sig_atomic_t wr_interrupt;

#endif
