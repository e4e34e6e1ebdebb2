/*
 * The platform's half of the collector: pages of memory, the debug modes, finalizers (which are
 * functions of the program), and the slow paths of allocation. The collector itself is written in
 * Wright (runtime/gc) and translated apart from the program; it is called here by the symbols that it
 * exports.
 */
#define _GNU_SOURCE
#include "gc.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

/* A growable array of references outside of the heap. */
typedef struct bag {
  wr_ref *items;
  int64_t count, capacity;
} bag;

/*
 * The collector's state: first what it has from here, with the offsets that runtime/gc/program.wr
 * names, then words of its own.
 */
typedef struct gc_state {
  char **free_variable, **top_variable;
  wr_ref **shadow_base_variable, **shadow_top_variable;
  const wr_type *types;
  int64_t type_count;
  wr_ref const *prebuilt;
  int64_t prebuilt_count;
  wr_ref *const *words;
  int64_t word_count;
  int64_t limit;
  int64_t stress; /* collect at every so-manieth allocation; 0 for never */
  int64_t poison, verify;
  int64_t nursery;
  bag dying;
  int64_t outside_from;
  int64_t *asks_for_weak;
  wr_ref *weak_word;
  int64_t reserved[3];
  int64_t own[128];
} gc_state;

_Static_assert(sizeof(void *) == 8, "the collector's state is laid out for 64 bits");
_Static_assert(offsetof(gc_state, limit) == 80 && offsetof(gc_state, dying) == 120 &&
                   offsetof(gc_state, outside_from) == 144 &&
                   offsetof(gc_state, asks_for_weak) == 152 &&
                   offsetof(gc_state, weak_word) == 160 && offsetof(gc_state, own) == 192,
               "the state is laid out as the collector expects");
_Static_assert(sizeof(wr_type) == 64 && offsetof(wr_type, refs) == 24 &&
                   offsetof(wr_type, weak_offset) == 32,
               "the type table is laid out as the collector expects");

char *wr_nursery_free;
char *wr_nursery_top;
int64_t wr_gc_asks_for_weak;

static gc_state gc;
static bool finalizing;

/*
 * Exported by the collector; `state` is &gc. Room for an object is made and taken in two steps,
 * since finalizers run in between: `make_room` says false when the limit is reached, `take` gives
 * null when finalizers have used the room up. Objects `outside` come initialised and zeroed.
 */
bool wr_gc_open(char *state);
bool wr_gc_make_room(char *state, int64_t size, bool forced);
char *wr_gc_take(char *state, int64_t size);
char *wr_gc_take_outside(char *state, int64_t size, int64_t type, int64_t length);
void wr_gc_collect_all(char *state);
bool wr_gc_register_finalizer(char *state, char *object);
char *wr_gc_weak_target(char *state, char *object);
bool wr_gc_let_all_die(char *state);
void wr_gc_remember_object(char *state, char *object);
void wr_gc_remember_range(char *state, char *array, int64_t first, int64_t count);
int64_t wr_gc_number(char *state, int64_t what);

#define STATE ((char *)&gc)

/* ---- what the collector calls -------------------------------------------------------------------- */

enum { HUGE_FROM = 8 << 20 };

/* Pages that cost nothing until they are touched; null when the system has none. */
char *wr_gc_reserve(int64_t size);
char *wr_gc_reserve(int64_t size) {
  void *base = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) return NULL;
#ifdef MADV_HUGEPAGE
  /* A space that large is filled from end to end: fewer page faults, and fewer misses of the TLB. */
  if (size >= HUGE_FROM) madvise(base, (size_t)size, MADV_HUGEPAGE);
#endif
  return base;
}

void wr_gc_release(char *base, int64_t size);
void wr_gc_release(char *base, int64_t size) {
  if (base != NULL) munmap(base, (size_t)size);
}

/* The pages stay reserved, but are empty until they are touched again. */
void wr_gc_discard(char *base, int64_t size);
void wr_gc_discard(char *base, int64_t size) { madvise(base, (size_t)size, MADV_DONTNEED); }

/* Zeroed memory for one large object; null when there is none. */
char *wr_gc_outside_alloc(int64_t size);
char *wr_gc_outside_alloc(int64_t size) {
  char *result = calloc(1, (size_t)size);
#ifdef MADV_HUGEPAGE
  if (size >= HUGE_FROM && result != NULL) {
    uintptr_t page = 4096, from = ((uintptr_t)result + page - 1) & ~(page - 1);
    madvise((void *)from, ((uintptr_t)result + (size_t)size - from) & ~(page - 1), MADV_HUGEPAGE);
  }
#endif
  return result;
}

WR_COLD void wr_gc_fail(int64_t reason);
void wr_gc_fail(int64_t reason) {
  static const char *const texts[] = {
      "the collector failed",
      "the heap refers to something that is no object",
      "the heap's objects do not add up",
      "the collector has no memory",
      "an old object refers to a place in the nursery: a write barrier is missing",
      "a live object refers to one that was found dead",
  };
  int64_t count = sizeof texts / sizeof texts[0];
  wr_panic(texts[reason > 0 && reason < count ? reason : 0]);
}

/* ---- the log --------------------------------------------------------------------------------------- */

/* Pauses by powers of two: fewer than 2 microseconds, 4, 8, … */
enum { PAUSE_CLASSES = 24 };

static struct {
  bool wanted, of_processor, each;
  int64_t pauses, total, longest; /* nanoseconds */
  int64_t by_length[PAUSE_CLASSES];
  int64_t most_in_use, most_reserved;
} gc_log;

static int64_t collections(void) { return wr_gc_number(STATE, 2) + wr_gc_number(STATE, 3); }

static void raise_to(int64_t *most, int64_t value) {
  if (value > *most) *most = value;
}

/* What the log compares before and after a call of the collector. */
typedef struct moment {
  int64_t time, collections, promoted, phase;
} moment;

/* By the processor's time if WRIGHT_GC_LOG has `cpu`, for machines that do other things beside. */
static moment log_moment(void) {
  return (moment){.time = gc_log.of_processor ? wr_os_cpu_ns() : wr_os_clock_mono_ns(),
                  .collections = collections(),
                  .promoted = wr_gc_number(STATE, 5),
                  .phase = wr_gc_number(STATE, 6)};
}

static double mega(int64_t bytes) { return (double)bytes / 1048576; }
static double milli(int64_t nanoseconds) { return (double)nanoseconds / 1e6; }

static const char *phase_name(int64_t phase) {
  static const char *const names[] = {"idle", "marking", "marking", "sweeping"};
  return names[phase & 3];
}

static void log_each(const moment *from, const moment *to, int64_t time) {
  fprintf(stderr, "gc: pause of %.3f ms, %s to %s, %.2f MB promoted, %.1f MB in use\n", milli(time),
          phase_name(from->phase), phase_name(to->phase), mega(to->promoted - from->promoted),
          mega(wr_gc_number(STATE, 0)));
}

/* A pause is a call of the collector in which it did something. */
static void log_pause(const moment *from) {
  if (collections() == from->collections) return;
  moment to = log_moment();
  int64_t time = to.time - from->time;
  if (gc_log.each) log_each(from, &to, time);
  gc_log.pauses++;
  gc_log.total += time;
  raise_to(&gc_log.longest, time);
  int length = 0;
  while (length < PAUSE_CLASSES - 1 && time >= INT64_C(2000) << length) length++;
  gc_log.by_length[length]++;
  raise_to(&gc_log.most_in_use, wr_gc_number(STATE, 0));
  raise_to(&gc_log.most_reserved, wr_gc_number(STATE, 4));
}

void wr_gc_write_log(void) {
  if (!gc_log.wanted) return;
  fprintf(stderr, "gc: %lld minor and %lld major collections; %.1f MB allocated, %.1f MB promoted\n",
          (long long)wr_gc_number(STATE, 2), (long long)wr_gc_number(STATE, 3),
          mega(wr_gc_number(STATE, 1)), mega(wr_gc_number(STATE, 5)));
  fprintf(stderr, "gc: %.1f MB in use, %.1f MB at most after a collection, %.1f MB reserved\n",
          mega(wr_gc_number(STATE, 0)), mega(gc_log.most_in_use), mega(gc_log.most_reserved));
  fprintf(stderr, "gc: %lld pauses of %.1f ms together, the longest of %.2f ms\n",
          (long long)gc_log.pauses, milli(gc_log.total), milli(gc_log.longest));
  for (int i = 0; i < PAUSE_CLASSES; i++)
    if (gc_log.by_length[i] > 0)
      fprintf(stderr, "gc: %10lld below %.3f ms\n", (long long)gc_log.by_length[i],
              milli(INT64_C(2000) << i));
}

/* ---- heap dumps ------------------------------------------------------------------------------------ */

/*
 * Everything that can be reached, as text (docs/heap.md), for `wright heap`. The heap is walked from the
 * roots, by the same data as collectors see, so the dump is the same with all of them.
 */
static struct {
  const char *path; /* of WRIGHT_HEAP_DUMP, or null */
  volatile sig_atomic_t wanted;
  bool written_for_memory_error;
} dump;

typedef struct walk {
  FILE *out;
  wr_ref *found; /* in the order of a breadth-first search */
  int64_t count, capacity;
  wr_ref *table; /* a hash table of them, half empty */
  uint64_t mask;
  bool failed;
} walk;

static uint64_t slot_of(const walk *w, wr_ref x) {
  uint64_t slot = ((uintptr_t)x >> 3) * UINT64_C(0x9e3779b97f4a7c15) >> 20 & w->mask;
  while (w->table[slot] != NULL && w->table[slot] != x) slot = (slot + 1) & w->mask;
  return slot;
}

static bool grow_walk(walk *w) {
  int64_t capacity = w->capacity == 0 ? 1 << 12 : w->capacity * 2;
  wr_ref *found = realloc(w->found, (size_t)capacity * sizeof *found);
  wr_ref *table = calloc((size_t)capacity * 2, sizeof *table);
  if (found != NULL) w->found = found;
  if (found == NULL || table == NULL) {
    free(table);
    return false;
  }
  free(w->table);
  w->table = table;
  w->capacity = capacity;
  w->mask = (uint64_t)capacity * 2 - 1;
  for (int64_t i = 0; i < w->count; i++) table[slot_of(w, found[i])] = found[i];
  return true;
}

/* Null, tagged words and marks of frames are no objects. */
static bool is_dumped(wr_ref x) { return x != NULL && ((uintptr_t)x & 7) == 0; }

static void find_object(walk *w, wr_ref x) {
  if (!is_dumped(x) || w->failed) return;
  if (w->count == w->capacity && !grow_walk(w)) {
    w->failed = true;
    return;
  }
  uint64_t slot = slot_of(w, x);
  if (w->table[slot] != NULL) return;
  w->table[slot] = x;
  w->found[w->count++] = x;
}

static void dump_root(walk *w, const char *kind, wr_ref x) {
  if (!is_dumped(x)) return;
  fprintf(w->out, "root %s %llx\n", kind, (unsigned long long)(uintptr_t)x);
  find_object(w, x);
}

static void dump_reference(walk *w, wr_ref x) {
  if (!is_dumped(x)) return;
  fprintf(w->out, " %llx", (unsigned long long)(uintptr_t)x);
  find_object(w, x);
}

static void dump_object(walk *w, wr_ref x) {
  const wr_type *type = &wr_types[x->type];
  const char *base = (const char *)x;
  int64_t length = type->kind == WR_KIND_STRUCT ? 0 : wr_array_length(x);
  int64_t size = (type->size + length * type->item_size + 7) & ~INT64_C(7);
  bool is_static = (x->bits & WR_PREBUILT) != 0;
  fprintf(w->out, "%s %llx %u %lld", is_static ? "static" : "object",
          (unsigned long long)(uintptr_t)x, (unsigned)x->type, (long long)size);
  for (uint32_t i = 0; i < type->ref_count; i++)
    dump_reference(w, *(const wr_ref *)(base + type->refs[i]));
  if (type->flags & WR_TYPE_ITEMS_ARE_REFS)
    for (int64_t i = 0; i < length; i++)
      dump_reference(w, ((const wr_ref *)(base + type->size))[i]);
  fputc('\n', w->out);
}

static void dump_roots(walk *w) {
  for (wr_ref *slot = wr_ss_base; slot < wr_ss; slot++) dump_root(w, "stack", *slot);
  for (int64_t i = 0; i < wr_platform_root_count; i++)
    dump_root(w, "exception", *wr_platform_roots[i]);
  for (int64_t i = 0; i < gc.dying.count; i++) dump_root(w, "finalizer", gc.dying.items[i]);
  for (int64_t i = 0; i < wr_prebuilt_root_count; i++) dump_root(w, "module", wr_prebuilt_roots[i]);
}

/* Only where all references are in the shadow stack: in the slow path of an allocation, in a collection. */
static void write_dump(void) {
  dump.wanted = 0;
  walk w = {.out = fopen(dump.path, "w")};
  if (w.out == NULL) {
    fprintf(stderr, "gc: %s cannot be written\n", dump.path);
    return;
  }
  fprintf(w.out, "wright heap 1\n");
  for (uint32_t i = 0; i < wr_type_count; i++)
    if (wr_types[i].kind != WR_KIND_NONE)
      fprintf(w.out, "type %u %s\n", (unsigned)i, wr_types[i].name == NULL ? "?" : wr_types[i].name);
  dump_roots(&w);
  for (int64_t i = 0; i < w.count; i++) dump_object(&w, w.found[i]);
  /* A reader can tell a whole dump by its last line. */
  if (!w.failed) fprintf(w.out, "end %lld\n", (long long)w.count);
  bool is_lost = ferror(w.out) != 0;
  if (fclose(w.out) != 0 || is_lost || w.failed) fprintf(stderr, "gc: the dump is not complete\n");
  free(w.found);
  free(w.table);
}

static void write_wanted_dump(void) {
  if (dump.wanted) write_dump();
}

static void want_dump(int number) {
  (void)number;
  dump.wanted = 1;
}

/* Whether the next collection will write one. */
static int64_t ask_for_dump(void) {
  if (dump.path == NULL) return 0;
  dump.wanted = 1;
  return 1;
}

static void start_dumps(void) {
  dump.path = getenv("WRIGHT_HEAP_DUMP");
  if (dump.path != NULL && *dump.path == 0) dump.path = NULL;
  if (dump.path != NULL) signal(SIGUSR1, want_dump);
}

static void raise_memory_error(void) {
  if (dump.path != NULL && !dump.written_for_memory_error) {
    dump.written_for_memory_error = true;
    write_dump();
  }
  wr_exc_start(wr_program_memory_error);
}

/* ---- starting ------------------------------------------------------------------------------------ */

static bool flag(const char *name) {
  const char *text = getenv(name);
  return text != NULL && *text != 0 && strcmp(text, "0") != 0;
}

void wr_gc_start(int64_t bytes) {
  const char *every = getenv("WRIGHT_GC_STRESS");
  const char *nursery = getenv("WRIGHT_GC_NURSERY");
  gc = (gc_state){
      .free_variable = &wr_nursery_free,
      .top_variable = &wr_nursery_top,
      .shadow_base_variable = &wr_ss_base,
      .shadow_top_variable = &wr_ss,
      .types = wr_types,
      .type_count = wr_type_count,
      .prebuilt = wr_prebuilt_roots,
      .prebuilt_count = wr_prebuilt_root_count,
      .words = wr_platform_roots,
      .word_count = wr_platform_root_count,
      .limit = bytes,
      .asks_for_weak = &wr_gc_asks_for_weak,
      .weak_word = &wr_exc_taken,
      .stress = every == NULL ? 0 : atoll(every),
      .poison = flag("WRIGHT_GC_POISON"),
      .verify = flag("WRIGHT_GC_VERIFY"),
      .nursery = nursery == NULL ? 0 : wr_parse_size(nursery),
  };
  gc_log.wanted = flag("WRIGHT_GC_LOG");
  gc_log.of_processor = gc_log.wanted && strstr(getenv("WRIGHT_GC_LOG"), "cpu") != NULL;
  gc_log.each = gc_log.wanted && strstr(getenv("WRIGHT_GC_LOG"), "each") != NULL;
  start_dumps();
  if (!wr_gc_open(STATE)) wr_panic("no memory for the heap");
}

/* Only the outermost collection runs finalizers; what they raise is dropped. */
static void run_finalizers(void) {
  if (finalizing || gc.dying.count == 0) return;
  finalizing = true;
  wr_ref *slots = wr_ss;
  wr_ss += 2;
  slots[0] = wr_exc;
  slots[1] = wr_exc_taken;
  wr_traceback saved = wr_traceback_now;
  wr_exc = NULL;
  for (int64_t i = 0; i < gc.dying.count; i++) {
    wr_ref x = gc.dying.items[i];
    gc.dying.items[i] = NULL;
    wr_types[x->type].finalizer(x);
    wr_exc = NULL;
  }
  gc.dying.count = 0;
  wr_exc = slots[0];
  wr_exc_taken = slots[1];
  wr_traceback_now = saved;
  wr_ss = slots;
  finalizing = false;
}

void wr_gc_finalize(void) {
  /* Finalizers may make objects that have one. */
  while (!finalizing && wr_gc_let_all_die(STATE)) run_finalizers();
}

void wr_gc_collect(void) {
  moment before = log_moment();
  wr_gc_collect_all(STATE);
  log_pause(&before);
  write_wanted_dump();
  run_finalizers();
}

/* ---- allocation ------------------------------------------------------------------------------------ */

static bool is_stressed(void) {
  static int64_t allocations;
  return gc.stress != 0 && ++allocations % gc.stress == 0;
}

static bool make_room(int64_t size, bool forced) {
  moment before = log_moment();
  bool room = wr_gc_make_room(STATE, size, forced);
  log_pause(&before);
  write_wanted_dump();
  run_finalizers();
  return room;
}

/* Finalizers may use up the room that was made, so there is a second try. */
void *wr_gc_malloc_slow(int64_t size, uint32_t type) {
  (void)type;
  bool forced = is_stressed();
  for (int attempt = 0; attempt < 2; attempt++) {
    if (!make_room(size, forced)) break;
    char *result = wr_gc_take(STATE, size);
    if (result != NULL) return result;
    forced = false;
  }
  raise_memory_error();
  return NULL;
}

void *wr_gc_malloc_finalizer(int64_t size, uint32_t type) {
  void *result = wr_gc_malloc_slow(size, type);
  if (result == NULL || wr_gc_register_finalizer(STATE, result)) return result;
  raise_memory_error();
  return NULL;
}

static wr_ref new_array_outside(int64_t size, uint32_t type, int64_t length) {
  if (make_room(size, is_stressed())) {
    char *result = wr_gc_take_outside(STATE, size, type, length);
    if (result != NULL) return (wr_ref)result;
  }
  raise_memory_error();
  return NULL;
}

wr_ref wr_gc_new_array(uint32_t type_number, int64_t length) {
  const wr_type *type = &wr_types[type_number];
  int64_t most = INT64_MAX / 2 / (type->item_size + 1);
  if (length < 0 || length > most) {
    raise_memory_error();
    return NULL;
  }
  int64_t size = (type->size + length * type->item_size + 7) & ~INT64_C(7);
  if (size >= gc.outside_from) return new_array_outside(size, type_number, length);
  char *result = wr_gc_malloc_slow(size, type_number);
  if (result == NULL) return NULL;
  memset(result, 0, (size_t)size);
  ((wr_ref)result)->type = type_number;
  *(int64_t *)(result + type->length_offset) = length;
  return (wr_ref)result;
}

/* ---- hashes and numbers ---------------------------------------------------------------------------- */

/* Consecutive multiples of the golden ratio, whose upper bits are far apart; as in the evaluator. */
int64_t wr_identity_hash_slow(wr_ref x) {
  static uint32_t count;
  uint32_t hash;
  do hash = (++count * UINT32_C(0x9e3779b1)) >> 8;
  while (hash == 0);
  x->bits = (x->bits & ~(WR_HASH_MASK << WR_HASH_SHIFT)) | hash << WR_HASH_SHIFT;
  return (int64_t)hash;
}

/* Beside what the collector knows: 7 pauses, 8 nanoseconds in them, 9 in the longest; 10 asks for a dump. */
int64_t wr_gc_stat(int64_t what) {
  switch (what) {
    case 7: return gc_log.pauses;
    case 8: return gc_log.total;
    case 9: return gc_log.longest;
    case 10: return ask_for_dump();
    default: return wr_gc_number(STATE, what);
  }
}

/* ---- the write barrier's slow paths ------------------------------------------------------------------ */

void wr_gc_remember(wr_ref object) { wr_gc_remember_object(STATE, (char *)object); }

void wr_gc_remember_items(wr_ref array, int64_t first, int64_t count) {
  wr_gc_remember_range(STATE, (char *)array, first, count);
}

wr_ref wr_gc_ask_for_weak(wr_ref target) {
  return (wr_ref)wr_gc_weak_target(STATE, (char *)target);
}
