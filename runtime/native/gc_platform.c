/*
 * The platform's half of the collector: pages of memory, the debug modes, finalizers (which are
 * functions of the program), and the slow paths of allocation. The collector itself is written in
 * Wright (runtime/gc) and translated apart from the program; it is called here by the symbols that it
 * exports.
 */
#define _GNU_SOURCE
#include "gc.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

/* A growable array of references outside of the heap. */
typedef struct bag {
  wr_ref *items;
  int64_t count, capacity;
} bag;

/* The collector's state. The offsets of its words are named in runtime/gc/copying.wr. */
typedef struct gc_state {
  char *space_base;
  int64_t space_size;
  char *spare_base;
  int64_t spare_size;
  char **free_variable, **top_variable;
  wr_ref **shadow_base_variable, **shadow_top_variable;
  const wr_type *types;
  int64_t type_count;
  wr_ref const *prebuilt;
  int64_t prebuilt_count;
  wr_ref *const *words;
  int64_t word_count;
  int64_t limit, collections, allocated_before;
  int64_t stress; /* collect at every so-manieth allocation; 0 for never */
  int64_t poison, verify;
  char *copy_free;
  bag weak_objects, with_finalizer, dying;
} gc_state;

_Static_assert(sizeof(void *) == 8, "the collector's state is laid out for 64 bits");
_Static_assert(offsetof(gc_state, copy_free) == 160 && offsetof(gc_state, dying) == 216,
               "the state is laid out as the collector expects");
_Static_assert(sizeof(wr_type) == 64 && offsetof(wr_type, refs) == 24 &&
                   offsetof(wr_type, weak_offset) == 32,
               "the type table is laid out as the collector expects");

char *wr_nursery_free;
char *wr_nursery_top;

static gc_state gc;
static bool finalizing;

/* Exported by the collector. */
bool wr_gc_collect_spaces(char *state, int64_t request);
void wr_gc_register_finalizer(char *state, char *object);
bool wr_gc_open_first_space(char *state);

static bool collect(int64_t request) { return wr_gc_collect_spaces((char *)&gc, request); }

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

WR_COLD void wr_gc_fail(int64_t reason);
void wr_gc_fail(int64_t reason) {
  wr_panic(reason == 1 ? "the heap refers to something that is no object"
                       : "the heap's objects do not add up");
}

/* ---- starting ------------------------------------------------------------------------------------ */

static bool flag(const char *name) {
  const char *text = getenv(name);
  return text != NULL && *text != 0 && strcmp(text, "0") != 0;
}

void wr_gc_start(int64_t bytes) {
  const char *every = getenv("WRIGHT_GC_STRESS");
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
      .stress = every == NULL ? 0 : atoll(every),
      .poison = flag("WRIGHT_GC_POISON"),
      .verify = flag("WRIGHT_GC_VERIFY"),
  };
  if (!wr_gc_open_first_space((char *)&gc)) wr_panic("no memory for the heap");
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
  while (!finalizing && gc.with_finalizer.count > 0) {
    bag done = gc.dying;
    gc.dying = gc.with_finalizer;
    done.count = 0;
    gc.with_finalizer = done;
    run_finalizers();
  }
}

void wr_gc_collect(void) {
  if (!collect(0) && wr_nursery_free - gc.space_base > gc.limit)
    wr_panic("the heap cannot be collected");
  run_finalizers();
}

/* ---- allocation ------------------------------------------------------------------------------------ */

static bool is_stressed(void) {
  static int64_t allocations;
  return gc.stress != 0 && ++allocations % gc.stress == 0;
}

/* Stress leaves `top` at `free`; the space behind it is there all the same. */
static bool fits(int64_t size) {
  int64_t most = gc.space_size < gc.limit ? gc.space_size : gc.limit;
  char *end = gc.stress != 0 ? gc.space_base + most : wr_nursery_top;
  return size <= end - wr_nursery_free;
}

static void *take(int64_t size) {
  char *result = wr_nursery_free;
  wr_nursery_free += size;
  if (gc.stress != 0) wr_nursery_top = wr_nursery_free;
  return result;
}

void *wr_gc_malloc_slow(int64_t size, uint32_t type) {
  (void)type;
  if (is_stressed() || !fits(size)) {
    bool room = collect(size);
    run_finalizers();
    /* Finalizers may have used the room up. */
    if (!room || !(fits(size) || (collect(size) && fits(size)))) {
      wr_exc_start(wr_program_memory_error);
      return NULL;
    }
  }
  return take(size);
}

void *wr_gc_malloc_finalizer(int64_t size, uint32_t type) {
  void *result = wr_gc_malloc_slow(size, type);
  if (result != NULL) wr_gc_register_finalizer((char *)&gc, result);
  return result;
}

wr_ref wr_gc_new_array(uint32_t type_number, int64_t length) {
  const wr_type *type = &wr_types[type_number];
  int64_t most = INT64_MAX / 2 / (type->item_size + 1);
  if (length < 0 || length > most) {
    wr_exc_start(wr_program_memory_error);
    return NULL;
  }
  int64_t size = (type->size + length * type->item_size + 7) & ~INT64_C(7);
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

int64_t wr_gc_stat(int64_t what) {
  int64_t used = wr_nursery_free - gc.space_base;
  switch (what) {
    case 0: return used;
    case 1: return gc.allocated_before + used;
    case 3: return gc.collections;
    default: return 0; /* no generations, so no minor collections */
  }
}
