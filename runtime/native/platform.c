/*
 * The platform under a translated program: `main`, the end of an uncaught exception, stacks, and the
 * operating system's calls, terminals and interrupts. Only libc is used. Calls that a signal interrupts
 * are repeated; only reading gives up (-EINTR) while a caught interrupt is waiting to be seen.
 */
#define _GNU_SOURCE
#include "wright.h"
#include "gc.h"
#include "sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

wr_ref wr_exc;
wr_ref wr_exc_taken;
wr_ref *wr_ss;
wr_ref *wr_ss_base;
wr_ref *wr_ss_limit;
char *wr_stack_limit;

wr_ref *const wr_platform_roots[] = {&wr_exc};
const int64_t wr_platform_root_count = sizeof wr_platform_roots / sizeof wr_platform_roots[0];

/* The text of a `str`: its items. */
static const char *str_items(wr_ref s) { return (const char *)s + wr_types[s->type].size; }

static void restore_terminal(void);

static WR_NORETURN void die(const char *message, int length) {
  restore_terminal();
  fflush(stdout);
  fprintf(stderr, "fatal error: %.*s\n", length, message);
  abort();
}

void wr_panic(const char *message) { die(message, (int)strlen(message)); }

void wr_fatal(wr_ref message) { die(str_items(message), (int)wr_array_length(message)); }

/* ---- tracebacks ------------------------------------------------------------------------------- */

enum { INNERMOST = WR_TRACEBACK_END, OUTERMOST = WR_TRACEBACK_END };

wr_traceback wr_traceback_now;
#define traceback wr_traceback_now

void wr_traceback_add(const wr_site *site) {
  int64_t n = traceback.count++;
  if (n < INNERMOST) traceback.inner[n] = site;
  else traceback.outer[(n - INNERMOST) % OUTERMOST] = site;
}

void wr_exc_start(wr_ref exception) {
  traceback.count = 0;
  wr_exc = exception;
}

void wr_exc_set(wr_ref exception) {
  if (exception == wr_exc_taken) wr_exc = exception;
  else wr_exc_start(exception);
}

static const wr_site *traceback_site(int64_t i) {
  return i < INNERMOST ? traceback.inner[i] : traceback.outer[(i - INNERMOST) % OUTERMOST];
}

static void print_site(const wr_site *site) {
  if (site->file == NULL) fprintf(stderr, "  in %s\n", site->function);
  else fprintf(stderr, "  File \"%s\", line %d, in %s\n", site->file, site->line, site->function);
}

static void print_repeated(int64_t repeated) {
  if (repeated > 3) fprintf(stderr, "  [repeated %" PRId64 " more times]\n", repeated - 3);
}

/* From one site inwards to another; equal neighbours, as in runaway recursion, a few times only. */
static void print_sites(int64_t from, int64_t to) {
  int64_t repeated = 0;
  const wr_site *last = NULL;
  for (int64_t i = from; i >= to; i--) {
    const wr_site *site = traceback_site(i);
    if (site != last) {
      print_repeated(repeated);
      repeated = 0;
    }
    last = site;
    if (++repeated <= 3) print_site(site);
  }
  print_repeated(repeated);
}

/* Where a full stack ends is the machine's business: of such a traceback the outer end is shown alone. */
static void print_traceback(bool is_stack_full) {
  int64_t count = traceback.count;
  fputs("Traceback (most recent call last):\n", stderr);
  if (is_stack_full && count > OUTERMOST) {
    print_sites(count - 1, count - OUTERMOST);
    fputs("  [more calls, until the stack was full]\n", stderr);
  } else if (count > INNERMOST + OUTERMOST) {
    print_sites(count - 1, count - OUTERMOST);
    fprintf(stderr, "  [%" PRId64 " more calls]\n", count - INNERMOST - OUTERMOST);
    print_sites(INNERMOST - 1, 0);
  } else {
    print_sites(count - 1, 0);
  }
}

static void report_uncaught(void) {
  wr_ref exception = wr_exc_take();
  restore_terminal();
  fflush(stdout);
  print_traceback(exception == wr_program_stack_overflow);
  wr_ref text = wr_program_describe(exception);
  if (wr_exc != NULL || text == NULL) {
    fputs("(the exception's text could not be made)\n", stderr);
    return;
  }
  fwrite(str_items(text), 1, (size_t)wr_array_length(text), stderr);
  fputc('\n', stderr);
}

/* ---- stacks ------------------------------------------------------------------------------------- */

#if defined(__SANITIZE_ADDRESS__)
#define STACK_RESERVE (1 << 20)
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define STACK_RESERVE (1 << 20)
#endif
#endif
#ifndef STACK_RESERVE
/* Left below the limit for functions that do not check: leaves, libc, the handler of StackOverflow. */
#define STACK_RESERVE (192 << 10)
#endif

/* Slots left above the shadow stack's limit for functions that do not check. */
#define SHADOW_RESERVE (64 << 10)

static int64_t machine_stack_bytes(void) {
  const int64_t most = INT64_C(1) << 30, assumed = INT64_C(8) << 20;
  struct rlimit limit;
  if (getrlimit(RLIMIT_STACK, &limit) != 0) return assumed;
  if (limit.rlim_cur == RLIM_INFINITY) return most < assumed ? most : assumed;
  return (int64_t)limit.rlim_cur < most ? (int64_t)limit.rlim_cur : most;
}

void wr_stack_overflow(void) { wr_exc_start(wr_program_stack_overflow); }

/*
 * A frame's slots hold what the machine stack would otherwise have to save, so twice the machine
 * stack is ample; pages are only used when touched.
 */
static void start_stacks(char *here) {
  int64_t bytes = machine_stack_bytes();
  int64_t reserve = bytes / 4 < STACK_RESERVE ? bytes / 4 : STACK_RESERVE;
  wr_stack_limit = here - (bytes - reserve);
  size_t shadow = (size_t)bytes * 2 + SHADOW_RESERVE * sizeof(wr_ref);
  void *base = mmap(NULL, shadow, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) wr_panic("no memory for the stack of references");
  wr_ss_base = wr_ss = base;
  wr_ss_limit = wr_ss_base + shadow / sizeof(wr_ref) - SHADOW_RESERVE;
}

/* ---- start and end --------------------------------------------------------------------------------- */

int64_t wr_parse_size(const char *text) {
  char *end;
  errno = 0;
  long long n = strtoll(text, &end, 10);
  int shift = 0;
  switch (*end) {
    case 'k': case 'K': shift = 10; end++; break;
    case 'm': case 'M': shift = 20; end++; break;
    case 'g': case 'G': shift = 30; end++; break;
    default: break;
  }
  if (errno != 0 || end == text || *end != 0 || n <= 0 || n > (INT64_MAX >> shift)) return 0;
  return (int64_t)n << shift;
}

/* Half of the machine's memory, or of what this process may have, or WRIGHT_MAX_HEAP. */
static int64_t heap_limit(void) {
  const char *text = getenv("WRIGHT_MAX_HEAP");
  if (text != NULL && *text != 0) {
    int64_t limit = wr_parse_size(text);
    if (limit != 0) return limit;
    fprintf(stderr, "%s: WRIGHT_MAX_HEAP: not a size: %s\n", wr_program_name, text);
    exit(2);
  }
  int64_t bytes = INT64_C(1) << 32;
  long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
  if (pages > 0 && page > 0) bytes = (int64_t)pages * page;
  struct rlimit limit;
  if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
      (int64_t)limit.rlim_cur < bytes)
    bytes = (int64_t)limit.rlim_cur;
  return bytes / 2;
}

/* Null with an exception pending when memory runs out. */
static wr_ref argument_list(int argc, char **argv) {
  wr_ref *slots = wr_ss;
  slots[0] = NULL;
  wr_ss += 1;
  slots[0] = wr_gc_new_array(wr_program_str_array, argc);
  for (int i = 0; slots[0] != NULL && i < argc; i++) {
    int64_t n = (int64_t)strlen(argv[i]);
    wr_ref s = wr_gc_new_array(wr_program_str, n);
    if (s == NULL) {
      slots[0] = NULL;
      break;
    }
    memcpy((char *)s + wr_types[wr_program_str].size, argv[i], (size_t)n);
    wr_gc_write_barrier_items(slots[0], i, 1);
    ((wr_ref *)((char *)slots[0] + wr_types[wr_program_str_array].size))[i] = s;
  }
  wr_ss = slots;
  return slots[0];
}

int main(int argc, char **argv) {
  char here;
  /* Writing where nobody reads any more is an error that the library sees. */
  signal(SIGPIPE, SIG_IGN);
  wr_sandbox_start();
  start_stacks(&here);
  wr_gc_start(heap_limit());
  wr_ref arguments = argument_list(argc, argv);
  int64_t status = wr_exc == NULL ? wr_program_entry(arguments) : 0;
  if (wr_exc != NULL) {
    report_uncaught();
    status = 1;
  }
  wr_os_exit(status);
}

void wr_os_exit(int64_t code) {
  restore_terminal();
  wr_gc_write_log();
  if (fflush(NULL) != 0 && code == 0) code = 1;
  exit((int)(code & 0xff));
}

/* ---- raw memory ------------------------------------------------------------------------------------- */

wr_addr wr_raw_alloc(int64_t size) { return size < 0 ? NULL : malloc(size == 0 ? 1 : (size_t)size); }

void wr_raw_free(wr_addr memory) { free(memory); }

/* ---- the operating system ---------------------------------------------------------------------------- */

static int64_t result_of(int64_t result) { return result < 0 ? -(int64_t)errno : result; }

/* A NUL-terminated copy; false when it does not fit or holds a NUL itself (errno says why). */
static bool c_path(char into[PATH_MAX], wr_addr path, int64_t length) {
  if (length < 0 || length >= PATH_MAX) {
    errno = ENAMETOOLONG;
    return false;
  }
  if (memchr(path, 0, (size_t)length) != NULL) {
    errno = EINVAL;
    return false;
  }
  memcpy(into, path, (size_t)length);
  into[length] = 0;
  return true;
}

/* As `c_path`, of a path that the program may use so. */
static bool permitted_path(wr_right right, char into[PATH_MAX], wr_addr path, int64_t length,
                           bool follow) {
  return c_path(into, path, length) && wr_permits_path(right, into, follow);
}

int64_t wr_os_open(wr_addr path, int64_t length, int64_t mode) {
  static const int flags[] = {O_RDONLY, O_WRONLY | O_CREAT | O_TRUNC, O_WRONLY | O_CREAT | O_APPEND};
  char name[PATH_MAX];
  if (mode < 0 || mode > 2) return -EINVAL;
  wr_right right = mode == 0 ? WR_MAY_READ : WR_MAY_WRITE;
  if (!permitted_path(right, name, path, length, true)) return -(int64_t)errno;
  int extra = O_CLOEXEC | (wr_is_sandboxed ? O_NOFOLLOW : 0);
  int fd;
  do fd = open(name, flags[mode] | extra, 0666);
  while (fd < 0 && errno == EINTR);
  wr_sandbox_opened(fd, true);
  return result_of(fd);
}

static bool interrupts_caught;
static int64_t wait_readable(int64_t fd, const struct timespec *limit);

int64_t wr_os_read(int64_t fd, wr_addr into, int64_t n) {
  ssize_t got;
  if (n < 0) return -EINVAL;
  if (!wr_permits_fd(fd)) return -(int64_t)errno;
  if (interrupts_caught) {
    int64_t ready = wait_readable(fd, NULL);
    if (ready < 0) return ready;
  }
  do got = read((int)fd, into, (size_t)n);
  while (got < 0 && errno == EINTR);
  return result_of(got);
}

int64_t wr_os_write(int64_t fd, wr_addr from, int64_t n) {
  ssize_t put;
  if (n < 0) return -EINVAL;
  if (!wr_permits_fd(fd)) return -(int64_t)errno;
  do put = write((int)fd, from, (size_t)n);
  while (put < 0 && errno == EINTR);
  return result_of(put);
}

/* Not repeated: after EINTR the descriptor is closed on Linux. */
int64_t wr_os_close(int64_t fd) {
  if (!wr_permits_fd(fd)) return -(int64_t)errno;
  wr_sandbox_opened(fd, false);
  int result = close((int)fd);
  return result < 0 && errno == EINTR ? 0 : result_of(result);
}

int64_t wr_os_seek(int64_t fd, int64_t offset, int64_t whence) {
  static const int from[] = {SEEK_SET, SEEK_CUR, SEEK_END};
  if (whence < 0 || whence > 2) return -EINVAL;
  if (!wr_permits_fd(fd)) return -(int64_t)errno;
  return result_of(lseek((int)fd, offset, from[whence]));
}

static int64_t clock_ns(clockid_t id) {
  struct timespec now;
  if (clock_gettime(id, &now) != 0) return 0;
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t permitted_clock_ns(clockid_t id) { return wr_permits(WR_MAY_CLOCK) ? clock_ns(id) : 0; }

int64_t wr_os_clock_wall_ns(void) { return permitted_clock_ns(CLOCK_REALTIME); }
int64_t wr_os_clock_mono_ns(void) { return permitted_clock_ns(CLOCK_MONOTONIC); }
int64_t wr_os_cpu_ns(void) { return permitted_clock_ns(CLOCK_PROCESS_CPUTIME_ID); }

/* Copies what fits and gives the whole length, so that the caller can ask again. */
static int64_t copy_text(const char *text, wr_addr into, int64_t capacity) {
  int64_t n = (int64_t)strlen(text);
  if (capacity > 0) memcpy(into, text, (size_t)(n < capacity ? n : capacity));
  return n;
}

int64_t wr_os_getenv(wr_addr name, int64_t length, wr_addr into, int64_t capacity) {
  char key[PATH_MAX];
  if (!c_path(key, name, length) || !wr_permits_env(key)) return -1;
  const char *value = getenv(key);
  return value == NULL ? -1 : copy_text(value, into, capacity);
}

extern char **environ;

/* A variable with its value. */
static bool may_see(const char *entry) {
  char name[PATH_MAX];
  size_t length = strcspn(entry, "=");
  if (length >= sizeof name) return false;
  memcpy(name, entry, length);
  name[length] = 0;
  return wr_permits_env(name);
}

int64_t wr_os_environ(wr_addr into, int64_t capacity) {
  int64_t used = 0;
  for (char **entry = environ; entry != NULL && *entry != NULL; entry++) {
    int64_t n = (int64_t)strlen(*entry) + 1;
    if (wr_is_sandboxed && !may_see(*entry)) continue;
    if (used + n <= capacity) memcpy(into + used, *entry, (size_t)n);
    used += n;
  }
  return used;
}

int64_t wr_os_random(wr_addr into, int64_t n) {
  if (!wr_permits(WR_MAY_RANDOM)) return -(int64_t)errno;
  for (int64_t done = 0; done < n;) {
    ssize_t got = getrandom(into + done, (size_t)(n - done), 0);
    if (got >= 0) done += got;
    else if (errno != EINTR) return -(int64_t)errno;
  }
  return 0;
}

int64_t wr_os_isatty(int64_t fd) { return wr_permits_fd(fd) && isatty((int)fd); }

int64_t wr_os_errno_text(int64_t code, wr_addr into, int64_t capacity) {
  return copy_text(strerror((int)(code < 0 ? -code : code)), into, capacity);
}

int64_t wr_os_remove(wr_addr path, int64_t length) {
  char name[PATH_MAX];
  if (!permitted_path(WR_MAY_WRITE, name, path, length, false)) return -(int64_t)errno;
  return result_of(remove(name));
}

int64_t wr_os_rename(wr_addr from, int64_t from_length, wr_addr to, int64_t to_length) {
  char a[PATH_MAX], b[PATH_MAX];
  if (!permitted_path(WR_MAY_WRITE, a, from, from_length, false)) return -(int64_t)errno;
  if (!permitted_path(WR_MAY_WRITE, b, to, to_length, false)) return -(int64_t)errno;
  return result_of(rename(a, b));
}

/* Three int64 at `out`: size, time of modification in nanoseconds, kind (1 file, 2 directory, 0 other). */
int64_t wr_os_stat(wr_addr path, int64_t length, wr_addr out) {
  char name[PATH_MAX];
  struct stat st;
  if (!permitted_path(WR_MAY_READ, name, path, length, true)) return -(int64_t)errno;
  if (stat(name, &st) != 0) return -(int64_t)errno;
  int64_t facts[3] = {
      st.st_size,
      (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec,
      S_ISREG(st.st_mode) ? 1 : S_ISDIR(st.st_mode) ? 2 : 0,
  };
  memcpy(out, facts, sizeof facts);
  return 0;
}

/*
 * Names, each followed by a NUL, without "." and "..". The result is the number of bytes that all
 * names take; when it is more than the capacity, the buffer holds only the names that fit.
 */
int64_t wr_os_listdir(wr_addr path, int64_t length, wr_addr into, int64_t capacity) {
  char name[PATH_MAX];
  if (!permitted_path(WR_MAY_READ, name, path, length, true)) return -(int64_t)errno;
  DIR *directory = opendir(name);
  if (directory == NULL) return -(int64_t)errno;
  int64_t used = 0;
  for (;;) {
    errno = 0;
    struct dirent *entry = readdir(directory);
    if (entry == NULL) break;
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    int64_t n = (int64_t)strlen(entry->d_name) + 1;
    if (used + n <= capacity) memcpy(into + used, entry->d_name, (size_t)n);
    used += n;
  }
  int64_t result = errno != 0 ? -(int64_t)errno : used;
  closedir(directory);
  return result;
}

int64_t wr_os_mkdir(wr_addr path, int64_t length) {
  char name[PATH_MAX];
  if (!permitted_path(WR_MAY_WRITE, name, path, length, false)) return -(int64_t)errno;
  return result_of(mkdir(name, 0777));
}

int64_t wr_os_getcwd(wr_addr into, int64_t capacity) {
  char name[PATH_MAX];
  if (getcwd(name, sizeof name) == NULL) return -(int64_t)errno;
  if (!wr_permits_path(WR_MAY_READ, name, true)) return -(int64_t)errno;
  return copy_text(name, into, capacity);
}

/* ---- interrupts ---------------------------------------------------------------------------------------- */

volatile sig_atomic_t wr_interrupt;

/* The second one in a row, with the first not looked at for this long, ends the program after all. */
enum { PATIENCE_SECONDS = 2 };

static struct timespec interrupted_at;

static void on_interrupt(int number) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  if (!wr_interrupt) {
    interrupted_at = now;
    wr_interrupt = 1;
  } else if (now.tv_sec - interrupted_at.tv_sec >= PATIENCE_SECONDS) {
    restore_terminal();
    signal(number, SIG_DFL);
    raise(number);
  }
}

int64_t wr_os_catch_interrupts(int64_t on) {
  struct sigaction action = {.sa_handler = on ? on_interrupt : SIG_DFL};
  sigemptyset(&action.sa_mask);
  wr_interrupt = 0;
  interrupts_caught = on;
  return result_of(sigaction(SIGINT, &action, NULL));
}

int64_t wr_os_take_interrupt(void) {
  int64_t found = wr_interrupt;
  wr_interrupt = 0;
  return found;
}

/*
 * Waits until there is something to read: 1, or 0 when the time is over (null: no limit), or -EINTR.
 * An interrupt that comes between the look at the flag and the waiting is not lost: it is blocked but
 * for the waiting itself.
 */
static int64_t wait_readable(int64_t fd, const struct timespec *limit) {
  struct pollfd waiting = {.fd = (int)fd, .events = POLLIN};
  sigset_t blocked, before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGINT);
  sigprocmask(SIG_BLOCK, &blocked, &before);
  int ready;
  do {
    errno = EINTR;
    ready = wr_interrupt ? -1 : ppoll(&waiting, 1, limit, &before);
  } while (ready < 0 && errno == EINTR && !wr_interrupt && limit == NULL);
  int64_t result = ready < 0 ? -(int64_t)errno : ready > 0;
  sigprocmask(SIG_SETMASK, &before, NULL);
  return result;
}

/* ---- terminals ----------------------------------------------------------------------------------------- */

/* The terminal in raw mode, and how it was before; it is given back however the program ends. */
static struct {
  volatile sig_atomic_t raw;
  int fd;
  struct termios before;
} terminal;

static void restore_terminal(void) {
  if (!terminal.raw) return;
  terminal.raw = 0;
  tcsetattr(terminal.fd, TCSADRAIN, &terminal.before);
}

static const int ENDING_SIGNALS[] = {SIGHUP, SIGQUIT, SIGTERM};

static void end_by_signal(int number) {
  restore_terminal();
  signal(number, SIG_DFL);
  raise(number);
}

/* Signals that somebody has made ignored (nohup) stay so. */
static void guard_signals(void) {
  for (size_t i = 0; i < sizeof ENDING_SIGNALS / sizeof ENDING_SIGNALS[0]; i++) {
    struct sigaction now;
    if (sigaction(ENDING_SIGNALS[i], NULL, &now) == 0 && now.sa_handler == SIG_DFL)
      signal(ENDING_SIGNALS[i], end_by_signal);
  }
}

/* Raw: keys arrive at once, unseen, and none of them is a signal. Output still ends lines. */
int64_t wr_os_terminal_raw(int64_t fd, int64_t on) {
  if (!on) {
    restore_terminal();
    return 0;
  }
  if (terminal.raw) return 0;
  if (!wr_permits(WR_MAY_TERMINAL)) return -(int64_t)errno;
  if (tcgetattr((int)fd, &terminal.before) != 0) return -(int64_t)errno;
  struct termios raw = terminal.before;
  raw.c_iflag &= ~(tcflag_t)(BRKINT | ICRNL | INPCK | ISTRIP | IXON);
  raw.c_cflag |= CS8;
  raw.c_lflag &= ~(tcflag_t)(ECHO | ICANON | IEXTEN | ISIG);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  guard_signals();
  terminal.fd = (int)fd;
  if (tcsetattr((int)fd, TCSADRAIN, &raw) != 0) return -(int64_t)errno;
  terminal.raw = 1;
  return 0;
}

/* Two int64 at `out`: columns and rows. */
int64_t wr_os_terminal_size(int64_t fd, wr_addr out) {
  struct winsize size;
  if (!wr_permits(WR_MAY_TERMINAL)) return -(int64_t)errno;
  if (ioctl((int)fd, TIOCGWINSZ, &size) != 0) return -(int64_t)errno;
  int64_t facts[2] = {size.ws_col, size.ws_row};
  memcpy(out, facts, sizeof facts);
  return 0;
}

/* As wr_os_read, but -EAGAIN when nothing came for so many milliseconds. */
int64_t wr_os_read_within(int64_t fd, wr_addr into, int64_t n, int64_t milliseconds) {
  if (!wr_permits_fd(fd)) return -(int64_t)errno;
  int64_t until = clock_ns(CLOCK_MONOTONIC) + milliseconds * 1000000;
  for (;;) {
    int64_t left = until - clock_ns(CLOCK_MONOTONIC);
    if (left < 0) left = 0;
    struct timespec limit = {.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
    int64_t ready = wait_readable(fd, &limit);
    if (ready > 0) return wr_os_read(fd, into, n);
    if (ready == 0) return -EAGAIN;
    if (ready != -EINTR || wr_interrupt) return ready;
  }
}
