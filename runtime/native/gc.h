/*
 * The collector's interface: what a collector sees of a program, and what a program calls.
 *
 * A program is data to the collector: a table of type layouts indexed by the number in an object's
 * header, the shadow stack (`wr_ss_base` up to `wr_ss`), and the prebuilt objects that may come to
 * refer to allocated ones. Any collector with these functions will do; ours are written in Wright
 * (runtime/gc), and a build links one of them.
 *
 * Allocation. The program bumps `wr_nursery_free` up to `wr_nursery_top` by itself; a slow-path
 * function gets the rest. Memory from either is not cleared: whoever allocates writes the header and
 * every field before the next allocation. A slow-path function returns null, with MemoryError
 * pending, when the heap's limit is reached.
 */
#ifndef WRIGHT_GC_H
#define WRIGHT_GC_H

#include "wright.h"

enum { WR_KIND_NONE = 0, WR_KIND_STRUCT = 1, WR_KIND_ARRAY = 2 };

/* Flags of a type. */
#define WR_TYPE_HAS_REFS 1u       /* some field, or every item, is a (strong) reference */
#define WR_TYPE_ITEMS_ARE_REFS 2u /* arrays only */
#define WR_TYPE_HAS_WEAK 4u
#define WR_TYPE_HAS_FINALIZER 8u

/* One row per type number; a hole in the numbering has kind WR_KIND_NONE. 64 bytes, no padding. */
typedef struct wr_type {
  uint32_t kind;
  uint32_t flags;
  uint32_t size;          /* bytes of the fixed part: header, fields and, in arrays, the length */
  uint32_t item_size;     /* arrays: bytes of one item */
  uint32_t length_offset; /* arrays: where the length (int64) lies; items start at `size` */
  uint32_t ref_count;     /* strong reference fields, */
  const uint32_t *refs;   /* and their offsets */
  uint32_t weak_offset;   /* of the weak field; 0 for none */
  uint32_t reserved;
  void (*finalizer)(wr_ref self); /* or null; may raise: the exception is dropped */
  const char *name;
  uint64_t reserved2;
} wr_type;

extern const wr_type wr_types[];
extern const uint32_t wr_type_count;

/* Prebuilt objects whose references may change, or that have a weak field. */
extern wr_ref const wr_prebuilt_roots[];
extern const int64_t wr_prebuilt_root_count;

/* The shadow stack's first slot. */
extern wr_ref *wr_ss_base;

/* Further single words that hold references: the pending exception and the like. */
extern wr_ref *const wr_platform_roots[];
extern const int64_t wr_platform_root_count;

extern char *wr_nursery_free;
extern char *wr_nursery_top;

/* Largest request, in bytes, that generated code may serve by bumping. */
#define WR_INLINE_ALLOCATION_LIMIT 4096

/*
 * Once, before anything else. `limit` is the most bytes of live objects that are allowed.
 * Debug modes come from the environment: WRIGHT_GC_STRESS=n (collect at every n-th allocation),
 * WRIGHT_GC_POISON (freed memory traps), WRIGHT_GC_VERIFY (walk the heap after each collection),
 * WRIGHT_GC_NURSERY=size (of the nursery, for collectors that have one). WRIGHT_GC_LOG has
 * collections, bytes and pauses written to the error output at the end; if it has the word `each`,
 * also a line for each pause; if it has `cpu`, times are those of the processor. WRIGHT_HEAP_DUMP=file
 * is where dumps of the heap go (docs/heap.md).
 */
void wr_gc_start(int64_t limit);

/* Uninitialised bytes (a multiple of 8) for an object of this type. May collect. */
WR_COLD void *wr_gc_malloc_slow(int64_t size, uint32_t type);
/* The same for objects whose type has a finalizer: they are registered. May collect. */
void *wr_gc_malloc_finalizer(int64_t size, uint32_t type);

/* An initialised array: header, zeroed fields, length, zeroed items. May collect, may raise. */
WR_NEVER_INLINE wr_ref wr_gc_new_array(uint32_t type, int64_t length);

/* A full collection; finalizers of what died have run when it returns. */
void wr_gc_collect(void);

/* The program ends: runs the finalizers of all objects that still have one to run, oldest first. */
void wr_gc_finalize(void);

/* The program ends: writes what was collected and how long it took, if that was asked for. */
void wr_gc_write_log(void);

/*
 * 0 bytes in use, 1 bytes allocated since the start, 2 minor and 3 major collections so far, 4 bytes
 * reserved, 5 bytes promoted, 6 phase of a cycle, 7 pauses, 8 nanoseconds in them, 9 in the longest;
 * 10 asks for a dump of the heap at the next collection, and is 0 if there will be none.
 */
int64_t wr_gc_stat(int64_t what);

WR_COLD void wr_gc_remember(wr_ref object);
WR_COLD void wr_gc_remember_items(wr_ref array, int64_t first, int64_t count);

/* While weak fields are cleared, programs ask about what they have read from one. */
extern int64_t wr_gc_asks_for_weak;
WR_COLD wr_ref wr_gc_ask_for_weak(wr_ref target);

WR_INLINE wr_ref wr_gc_weak(wr_ref target) {
  return WR_UNLIKELY(wr_gc_asks_for_weak != 0) ? wr_gc_ask_for_weak(target) : target;
}

/* Before a reference is stored in an object that may be old. */
WR_INLINE void wr_gc_write_barrier(wr_ref object) {
  if (WR_UNLIKELY(object->bits & WR_TRACK)) wr_gc_remember(object);
}

/* The same for items of an array: large ones are remembered by parts. */
WR_INLINE void wr_gc_write_barrier_items(wr_ref array, int64_t first, int64_t count) {
  if (WR_UNLIKELY(array->bits & WR_TRACK)) wr_gc_remember_items(array, first, count);
}

/*
 * The fast path: bytes for an object, or null when the slow path has to be taken. `size` is a
 * multiple of 8 and at most WR_INLINE_ALLOCATION_LIMIT.
 */
WR_INLINE wr_ref wr_bump(size_t size) {
  char *result = wr_nursery_free;
  if (WR_UNLIKELY((size_t)(wr_nursery_top - result) < size)) return NULL;
  if (result == NULL) __builtin_unreachable();
  wr_nursery_free = result + size;
  return (wr_ref)result;
}

/* The same for an array, with header and length set: the program sets fields and items at once. */
WR_INLINE wr_ref wr_bump_array_unset(uint32_t type, size_t fixed, size_t item,
                                     size_t length_offset, int64_t length) {
  if (WR_UNLIKELY((uint64_t)length > (WR_INLINE_ALLOCATION_LIMIT - fixed) / item)) return NULL;
  wr_ref result = wr_bump((fixed + (size_t)length * item + 7) & ~(size_t)7);
  if (WR_UNLIKELY(result == NULL)) return NULL;
  result->type = type;
  result->bits = 0;
  *(int64_t *)((char *)result + length_offset) = length;
  return result;
}

/* The same with everything in it set: header, length, zeroed fields and items. */
WR_INLINE wr_ref wr_bump_array(uint32_t type, size_t fixed, size_t item, size_t length_offset,
                               int64_t length) {
  wr_ref result = wr_bump_array_unset(type, fixed, item, length_offset, length);
  if (WR_UNLIKELY(result == NULL)) return NULL;
  size_t size = (fixed + (size_t)length * item + 7) & ~(size_t)7;
  memset((char *)result + sizeof *result, 0, size - sizeof *result);
  *(int64_t *)((char *)result + length_offset) = length;
  return result;
}

WR_INLINE int64_t wr_array_length(wr_ref array) {
  return *(int64_t *)((char *)array + wr_types[array->type].length_offset);
}

/* Makes and stores the hash of an object that has none yet. */
WR_COLD int64_t wr_identity_hash_slow(wr_ref object);

/* Positive, the same for the object's whole life. Tagged words hash by their bits. */
WR_INLINE int64_t wr_identity_hash(wr_ref x) {
  if (x == NULL) return 0;
  if (wr_is_tagged(x)) return (int64_t)((uintptr_t)x >> 1);
  uint32_t hash = (x->bits >> WR_HASH_SHIFT) & WR_HASH_MASK;
  return WR_LIKELY(hash != 0) ? (int64_t)hash : wr_identity_hash_slow(x);
}

#endif
