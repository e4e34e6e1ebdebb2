/*
 * A precise two-space copying collector (Cheney): the simplest one behind gc.h.
 *
 * The program allocates upwards in the current space. When it is full, everything reachable is
 * copied to another space, breadth first: the copied objects themselves are the queue. A copied
 * object's old header becomes its forwarding address.
 *
 * The heap grows with what lives: after a collection the program gets as much room again as there
 * are live bytes (at least MINIMUM). The other space is reserved large enough for the worst case
 * before copying starts, so copying cannot fail half-way.
 *
 * Weak fields are skipped while copying and settled afterwards. Then unreachable objects with
 * finalizers are kept once more, in the order of their allocation, and their finalizers run before
 * the collection returns to the program, outermost collection only.
 */
#define _GNU_SOURCE
#include "gc.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define MINIMUM (INT64_C(8) << 20)

char *wr_nursery_free;
char *wr_nursery_top;

typedef struct space {
  char *base;
  int64_t size; /* reserved bytes */
} space;

/* A growable array of references outside of the heap. */
typedef struct bag {
  wr_ref *items;
  int64_t count, capacity;
} bag;

static space current, spare;
static char *copy_free; /* where the next copy goes */
static bag weak_objects;   /* copied in this collection, with a weak field */
static bag with_finalizer; /* alive, finalizer not run, in order of allocation */
static bag dying;          /* finalizer to be run; roots until then */
static bool finalizing;
static int64_t limit, collections, allocated_before;
static int64_t stress; /* collect at every so-manieth allocation; 0 for never */
static bool poison, verify;

static void put(bag *b, wr_ref x) {
  if (b->count == b->capacity) {
    b->capacity = b->capacity == 0 ? 64 : b->capacity * 2;
    b->items = realloc(b->items, (size_t)b->capacity * sizeof *b->items);
    if (b->items == NULL) wr_panic("no memory for the collector's lists");
  }
  b->items[b->count++] = x;
}

static bool flag(const char *name) {
  const char *text = getenv(name);
  return text != NULL && *text != 0 && strcmp(text, "0") != 0;
}

/* ---- spaces ------------------------------------------------------------------------------------- */

static bool reserve(space *s, int64_t size) {
  size = (size + 0xffff) & ~INT64_C(0xffff);
  void *base = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) return false;
  s->base = base;
  s->size = size;
  return true;
}

static void release(space *s) {
  if (s->base != NULL) munmap(s->base, (size_t)s->size);
  s->base = NULL;
  s->size = 0;
}

/* Under stress there is never room to bump, so that every allocation arrives here. */
static void open_space(char *first_free, int64_t room) {
  wr_nursery_free = first_free;
  wr_nursery_top = stress != 0 ? first_free : first_free + room;
}

void wr_gc_start(int64_t bytes) {
  limit = bytes;
  const char *every = getenv("WRIGHT_GC_STRESS");
  stress = every == NULL ? 0 : atoll(every);
  poison = flag("WRIGHT_GC_POISON");
  verify = flag("WRIGHT_GC_VERIFY");
  int64_t room = limit < MINIMUM ? limit & ~INT64_C(7) : MINIMUM;
  if (!reserve(&current, room + 8)) wr_panic("no memory for the heap");
  open_space(current.base, room);
}

/* ---- copying ---------------------------------------------------------------------------------- */

static int64_t object_size(wr_ref x, const wr_type *type) {
  if (type->kind == WR_KIND_STRUCT) return type->size;
  int64_t length = *(int64_t *)((char *)x + type->length_offset);
  return (type->size + length * type->item_size + 7) & ~INT64_C(7);
}

static bool in_current(wr_ref x) {
  return (uintptr_t)x - (uintptr_t)current.base < (uintptr_t)current.size;
}

/* Null, tagged words and prebuilt objects are always alive. */
static bool collected(wr_ref x) { return !wr_is_tagged(x) && in_current(x); }

static wr_ref forwarded(wr_ref x) {
  uint64_t header;
  memcpy(&header, x, sizeof header);
  return (header & WR_FORWARDED) != 0 ? (wr_ref)(uintptr_t)(header & ~WR_FORWARDED) : NULL;
}

static wr_ref copy(wr_ref x) {
  if (!collected(x)) return x;
  wr_ref to = forwarded(x);
  if (to != NULL) return to;
  const wr_type *type = &wr_types[x->type];
  int64_t size = object_size(x, type);
  to = (wr_ref)copy_free;
  copy_free += size;
  memcpy(to, x, (size_t)size);
  uint64_t header = (uint64_t)(uintptr_t)to | WR_FORWARDED;
  memcpy(x, &header, sizeof header);
  if (type->flags & WR_TYPE_HAS_WEAK) put(&weak_objects, to);
  return to;
}

static void copy_refs_of(wr_ref x, const wr_type *type) {
  for (uint32_t i = 0; i < type->ref_count; i++) {
    wr_ref *field = (wr_ref *)((char *)x + type->refs[i]);
    *field = copy(*field);
  }
  if (type->flags & WR_TYPE_ITEMS_ARE_REFS) {
    wr_ref *items = (wr_ref *)((char *)x + type->size);
    int64_t length = wr_array_length(x);
    for (int64_t i = 0; i < length; i++) items[i] = copy(items[i]);
  }
}

/* Copies what the objects from `scan` on refer to, until there is nothing left. */
static char *copy_reachable(char *scan) {
  while (scan < copy_free) {
    wr_ref x = (wr_ref)scan;
    const wr_type *type = &wr_types[x->type];
    if (type->flags & WR_TYPE_HAS_REFS) copy_refs_of(x, type);
    scan += object_size(x, type);
  }
  return scan;
}

static void copy_roots(void) {
  for (wr_ref *slot = wr_ss_base; slot < wr_ss; slot++) *slot = copy(*slot);
  for (int64_t i = 0; i < wr_platform_root_count; i++)
    *wr_platform_roots[i] = copy(*wr_platform_roots[i]);
  for (int64_t i = 0; i < dying.count; i++) dying.items[i] = copy(dying.items[i]);
  for (int64_t i = 0; i < wr_prebuilt_root_count; i++) {
    wr_ref x = wr_prebuilt_roots[i];
    const wr_type *type = &wr_types[x->type];
    copy_refs_of(x, type);
    if (type->flags & WR_TYPE_HAS_WEAK) put(&weak_objects, x);
  }
}

/* A weak field follows its target, or is cleared when that was not reached. */
static void settle_weak(void) {
  for (int64_t i = 0; i < weak_objects.count; i++) {
    wr_ref x = weak_objects.items[i];
    wr_ref *field = (wr_ref *)((char *)x + wr_types[x->type].weak_offset);
    if (collected(*field)) *field = forwarded(*field);
  }
  weak_objects.count = 0;
}

/* Unreachable objects with finalizers move from `with_finalizer` to `dying`, copied. */
static void find_dying(void) {
  int64_t kept = 0, first_dying = dying.count;
  for (int64_t i = 0; i < with_finalizer.count; i++) {
    wr_ref to = forwarded(with_finalizer.items[i]);
    if (to != NULL) with_finalizer.items[kept++] = to;
    else put(&dying, with_finalizer.items[i]);
  }
  with_finalizer.count = kept;
  for (int64_t i = first_dying; i < dying.count; i++) dying.items[i] = copy(dying.items[i]);
}

/* ---- checking ----------------------------------------------------------------------------------- */

static void check_ref(wr_ref x) {
  if (x == NULL || wr_is_tagged(x)) return;
  if (x->type >= wr_type_count || wr_types[x->type].kind == WR_KIND_NONE)
    wr_panic("the heap refers to something that is no object");
}

static void check_heap(void) {
  char *at = current.base;
  while (at < copy_free) {
    wr_ref x = (wr_ref)at;
    check_ref(x);
    const wr_type *type = &wr_types[x->type];
    for (uint32_t i = 0; i < type->ref_count; i++) check_ref(*(wr_ref *)(at + type->refs[i]));
    if (type->flags & WR_TYPE_ITEMS_ARE_REFS)
      for (int64_t i = 0; i < wr_array_length(x); i++) check_ref(((wr_ref *)(at + type->size))[i]);
    at += object_size(x, type);
  }
  if (at != copy_free) wr_panic("the heap's objects do not add up");
  for (wr_ref *slot = wr_ss_base; slot < wr_ss; slot++) check_ref(*slot);
}

/* ---- a collection -------------------------------------------------------------------------------- */

/* The old space becomes the spare one; poisoned, it is gone for good, and touching it traps. */
static void retire(space old) {
  release(&spare);
  if (!poison) spare = old;
  else release(&old);
}

/*
 * Copies everything alive and leaves room for `request` more bytes. False when that would pass the
 * limit, or when the system has no more memory: then nothing has changed.
 */
static bool collect(int64_t request) {
  int64_t used = wr_nursery_free - current.base;
  if (request > limit) return false;
  int64_t wanted = used * 2 + request + MINIMUM;
  space to = spare;
  spare = (space){NULL, 0};
  if (to.size < used + request + 8 || to.size > wanted * 4) {
    release(&to);
    if (!reserve(&to, wanted) && !reserve(&to, used + request + 8)) return false;
  }
  allocated_before += used;
  copy_free = to.base;
  copy_roots();
  char *scan = copy_reachable(to.base);
  settle_weak();
  find_dying();
  copy_reachable(scan);
  settle_weak();

  space old = current;
  current = to;
  int64_t live = copy_free - to.base;
  allocated_before -= live;
  collections++;
  int64_t room = live + request > MINIMUM ? live + request : MINIMUM;
  if (room > limit - live) room = limit - live;
  if (room > to.size - live - 8) room = to.size - live - 8;
  if (room < 0) room = 0;
  open_space(copy_free, room & ~INT64_C(7));
  if (verify) check_heap();
  retire(old);
  return live + request <= limit;
}

/* Only the outermost collection runs finalizers; what they raise is dropped. */
static void run_finalizers(void) {
  if (finalizing || dying.count == 0) return;
  finalizing = true;
  wr_ref *slots = wr_ss;
  *wr_ss++ = wr_exc_take();
  for (int64_t i = 0; i < dying.count; i++) {
    wr_ref x = dying.items[i];
    dying.items[i] = NULL;
    wr_types[x->type].finalizer(x);
    wr_exc = NULL;
  }
  dying.count = 0;
  wr_exc = slots[0];
  wr_ss = slots;
  finalizing = false;
}

void wr_gc_collect(void) {
  if (!collect(0) && wr_nursery_free - current.base > limit) wr_panic("the heap cannot be collected");
  run_finalizers();
}

/* ---- allocation ------------------------------------------------------------------------------------ */

static bool is_stressed(void) {
  static int64_t allocations;
  return stress != 0 && ++allocations % stress == 0;
}

/* Stress leaves `top` at `free`; the space behind it is there all the same. */
static bool fits(int64_t size) {
  char *end = stress != 0 ? current.base + (current.size < limit ? current.size : limit) : wr_nursery_top;
  return size <= end - wr_nursery_free;
}

static void *take(int64_t size) {
  char *result = wr_nursery_free;
  wr_nursery_free += size;
  if (stress != 0) wr_nursery_top = wr_nursery_free;
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
  if (result != NULL) put(&with_finalizer, result);
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
  int64_t used = wr_nursery_free - current.base;
  switch (what) {
    case 0: return used;
    case 1: return allocated_before + used;
    case 3: return collections;
    default: return 0; /* no generations, so no minor collections */
  }
}
