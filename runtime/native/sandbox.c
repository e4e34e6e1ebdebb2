/* Policies: see sandbox.h. */
#define _GNU_SOURCE
#include "sandbox.h"
#include "wright.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Given to the VM by its build, if at all. */
extern const char wr_built_in_policy[] __attribute__((weak));

typedef struct {
  wr_right right;
  /* A path without links, the name of a variable, or empty. */
  char *object;
} rule;

typedef struct {
  rule *rules;
  size_t count;
} policy;

enum { MOST_POLICIES = 2, MOST_FILES = 4096, EXIT_USAGE = 2 };

bool wr_is_sandboxed;

static policy policies[MOST_POLICIES];
static size_t policy_count;
static unsigned char is_open[MOST_FILES];

static const struct {
  const char *word;
  wr_right right;
  bool has_object;
} WORDS[] = {
    {"read", WR_MAY_READ, true},       {"write", WR_MAY_WRITE, true},
    {"env", WR_MAY_ENV, true},         {"stdin", WR_MAY_STDIN, false},
    {"stdout", WR_MAY_STDOUT, false},  {"stderr", WR_MAY_STDERR, false},
    {"clock", WR_MAY_CLOCK, false},    {"random", WR_MAY_RANDOM, false},
    {"terminal", WR_MAY_TERMINAL, false},
};

static WR_NORETURN void mistake(const char *where, int line, const char *what) {
  fprintf(stderr, "%s: %s, line %d: %s\n", wr_program_name, where, line, what);
  exit(EXIT_USAGE);
}

static void *some_memory(void *memory) {
  if (memory != NULL) return memory;
  fprintf(stderr, "%s: no memory for the sandbox\n", wr_program_name);
  exit(EXIT_USAGE);
}

/* The folder of a path without links, and the path's last part as it is. */
static bool resolve_parent(const char *path, char into[PATH_MAX]) {
  char folder[PATH_MAX];
  size_t length = strlen(path);
  while (length > 1 && path[length - 1] == '/') length--;
  size_t start = length;
  while (start > 0 && path[start - 1] != '/') start--;
  const char *last = path + start;
  size_t last_length = length - start;
  bool is_dots = (last_length == 1 && last[0] == '.') ||
                 (last_length == 2 && last[0] == '.' && last[1] == '.');
  if (last_length == 0 || is_dots) return realpath(path, into) != NULL;
  if (start >= sizeof folder) {
    errno = ENAMETOOLONG;
    return false;
  }
  memcpy(folder, path, start);
  folder[start] = 0;
  if (realpath(start == 0 ? "." : folder, into) == NULL) return false;
  size_t used = strlen(into);
  bool is_root = used == 1;
  if (used + 1 + last_length >= PATH_MAX) {
    errno = ENAMETOOLONG;
    return false;
  }
  if (!is_root) into[used++] = '/';
  memcpy(into + used, last, last_length);
  into[used + last_length] = 0;
  return true;
}

/* A link whose target is not there has no path to go by: it stays denied. */
static bool resolve(const char *path, char into[PATH_MAX], bool follow) {
  if (!follow) return resolve_parent(path, into);
  if (realpath(path, into) != NULL) return true;
  if (errno != ENOENT) return false;
  char target[PATH_MAX];
  if (!resolve_parent(path, into)) return false;
  if (readlink(into, target, sizeof target) >= 0) {
    errno = EPERM;
    return false;
  }
  return true;
}

static void add_line(policy *to, char *line, const char *where, int number) {
  static const char SPACE[] = " \t\r";
  line += strspn(line, SPACE);
  if (*line == 0 || *line == '#') return;
  size_t length = strcspn(line, SPACE);
  char *object = line + length;
  object += strspn(object, SPACE);
  size_t end = strlen(object);
  while (end > 0 && strchr(SPACE, object[end - 1]) != NULL) object[--end] = 0;
  line[length] = 0;
  for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
    if (strcmp(line, WORDS[i].word) != 0) continue;
    if (WORDS[i].has_object != (*object != 0))
      mistake(where, number, *object != 0 ? "a word too much" : "a word is missing");
    char path[PATH_MAX];
    bool is_path = WORDS[i].right == WR_MAY_READ || WORDS[i].right == WR_MAY_WRITE;
    /* What is not there at the start, nor the folder that it would be in, permits nothing. */
    if (is_path && !resolve(object, path, true)) return;
    to->rules = some_memory(realloc(to->rules, (to->count + 1) * sizeof *to->rules));
    to->rules[to->count++] =
        (rule){WORDS[i].right, some_memory(strdup(is_path ? path : object))};
    return;
  }
  mistake(where, number, "the first word is none of read, write, env, stdin, stdout, stderr, "
                         "clock, random, terminal");
}

static void add_policy(char *text, const char *where) {
  policy *to = &policies[policy_count++];
  wr_is_sandboxed = true;
  int number = 1;
  for (char *line = text; line != NULL; number++) {
    char *next = strchr(line, '\n');
    if (next != NULL) *next++ = 0;
    add_line(to, line, where, number);
    line = next;
  }
}

static char *whole_file(const char *path) {
  FILE *file = fopen(path, "re");
  if (file == NULL) return NULL;
  char *text = NULL;
  size_t used = 0;
  for (;;) {
    text = some_memory(realloc(text, used + BUFSIZ + 1));
    size_t got = fread(text + used, 1, BUFSIZ, file);
    used += got;
    if (got == 0) break;
  }
  bool failed = ferror(file) != 0;
  fclose(file);
  text[used] = 0;
  return failed || memchr(text, 0, used) != NULL ? NULL : text;
}

void wr_sandbox_start(void) {
  if (wr_built_in_policy != NULL) {
    char *text = some_memory(strdup(wr_built_in_policy));
    add_policy(text, "the policy it was built with");
    free(text);
  }
  const char *path = getenv("WRIGHT_SANDBOX");
  if (path == NULL || *path == 0) return;
  char *text = whole_file(path);
  if (text == NULL) {
    fprintf(stderr, "%s: WRIGHT_SANDBOX: cannot read %s\n", wr_program_name, path);
    exit(EXIT_USAGE);
  }
  add_policy(text, path);
  free(text);
}

static bool is_below(const char *folder, const char *path) {
  size_t length = strlen(folder);
  if (length == 1) return true;
  return strncmp(folder, path, length) == 0 && (path[length] == 0 || path[length] == '/');
}

static bool matches(const rule *one, wr_right right, const char *object) {
  if (one->right != right) return false;
  if (right == WR_MAY_READ || right == WR_MAY_WRITE) return is_below(one->object, object);
  if (right == WR_MAY_ENV) return strcmp(one->object, "*") == 0 || strcmp(one->object, object) == 0;
  return true;
}

/* Each policy must have a rule for it. */
static bool is_permitted(wr_right right, const char *object) {
  for (size_t i = 0; i < policy_count; i++) {
    bool found = false;
    for (size_t j = 0; j < policies[i].count && !found; j++)
      found = matches(&policies[i].rules[j], right, object);
    if (!found) {
      errno = EPERM;
      return false;
    }
  }
  return true;
}

bool wr_permits(wr_right right) { return !wr_is_sandboxed || is_permitted(right, ""); }

bool wr_permits_env(const char *name) { return !wr_is_sandboxed || is_permitted(WR_MAY_ENV, name); }

bool wr_permits_path(wr_right right, char path[PATH_MAX], bool follow) {
  if (!wr_is_sandboxed) return true;
  char resolved[PATH_MAX];
  /* Whether there is something where nothing may be seen is not told. */
  if (!resolve(path, resolved, follow) || !is_permitted(right, resolved)) {
    errno = EPERM;
    return false;
  }
  memcpy(path, resolved, strlen(resolved) + 1);
  return true;
}

bool wr_permits_fd(int64_t fd) {
  if (!wr_is_sandboxed) return true;
  if (fd >= 0 && fd <= 2) return wr_permits((wr_right)(WR_MAY_STDIN + fd));
  if (fd > 2 && fd < MOST_FILES && is_open[fd]) return true;
  errno = EPERM;
  return false;
}

void wr_sandbox_opened(int64_t fd, bool open) {
  if (fd > 2 && fd < MOST_FILES) is_open[fd] = open;
}
