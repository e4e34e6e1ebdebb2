/* The kernels of bench/micro.ts, in C as one would write it by hand; main.wr has the same in Wright. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t loop_kernel(void) {
  int64_t state = 12345;
  for (int64_t i = 0; i < 200000000; i++) state = (state * 1103515245 + i) & 0x7FFFFFFF;
  return state;
}

struct particle {
  int64_t position, velocity;
  struct particle *next;
};

static struct particle *make_particle(int64_t position, int64_t velocity, struct particle *next) {
  struct particle *p = malloc(sizeof *p);
  *p = (struct particle){position, velocity, next};
  return p;
}

static int64_t fields_kernel(void) {
  struct particle *first = make_particle(0, 1, NULL);
  for (int64_t i = 1; i < 1000; i++) first = make_particle(i, i % 7 + 1, first);
  for (int64_t round = 0; round < 100000; round++)
    for (struct particle *at = first; at != NULL; at = at->next)
      at->position = (at->position + at->velocity) & 0xFFFF;
  int64_t total = 0;
  for (struct particle *at = first; at != NULL; at = at->next) total += at->position;
  return total;
}

/* Open addressing with linear probing; 0 marks a free slot, so keys are stored plus one. */
enum { SLOTS = 1 << 18 };
static int64_t keys[SLOTS], values[SLOTS];

static uint64_t slot_of(int64_t key) {
  uint64_t slot = ((uint64_t)key * 0x9E3779B97F4A7C15u) >> 46;
  while (keys[slot] != 0 && keys[slot] != key + 1) slot = (slot + 1) & (SLOTS - 1);
  return slot;
}

static int64_t dict_kernel(void) {
  for (int64_t i = 0; i < 100000; i++) {
    uint64_t slot = slot_of(i * 7919 & 0xFFFFF);
    keys[slot] = (i * 7919 & 0xFFFFF) + 1;
    values[slot] = i;
  }
  int64_t total = 0, key = 1;
  for (int64_t i = 0; i < 20000000; i++) {
    key = (key * 1103515245 + 12345) & 0x7FFFFFFF;
    uint64_t slot = slot_of(key & 0xFFFFF);
    total += keys[slot] != 0 ? values[slot] : 1;
  }
  return total;
}

static int64_t scan_kernel(void) {
  static const char *const pieces[] = {"lorem ipsum, dolor\n", "sit amet; "};
  char *text = malloc(1000000 * 20);
  size_t length = 0;
  for (int i = 0; i < 1000000; i++) {
    const char *piece = pieces[i % 3 == 0 ? 0 : 1];
    memcpy(text + length, piece, strlen(piece));
    length += strlen(piece);
  }
  int64_t result = 0;
  for (int round = 0; round < 10; round++) {
    int64_t words = 0, lines = 0, hash = 0;
    bool inside = false;
    for (size_t i = 0; i < length; i++) {
      int64_t byte = (unsigned char)text[i];
      if (byte == 10) lines++;
      if (byte <= 32) {
        inside = false;
      } else if (!inside) {
        inside = true;
        words++;
      }
      hash = (hash * 31 + byte) & 0xFFFFFFFF;
    }
    result = (result + words * 31 + lines + hash) & 0xFFFFFFFF;
  }
  free(text);
  return result;
}

static int64_t nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int main(int argc, char **argv) {
  static const struct {
    const char *name;
    int64_t (*run)(void);
  } kernels[] = {
      {"loop", loop_kernel}, {"fields", fields_kernel}, {"dict", dict_kernel}, {"scan", scan_kernel}};
  for (size_t i = 0; argc == 2 && i < sizeof kernels / sizeof *kernels; i++) {
    if (strcmp(argv[1], kernels[i].name) != 0) continue;
    int64_t started = nanoseconds();
    int64_t checksum = kernels[i].run();
    long long micros = (nanoseconds() - started) / 1000;
    printf("%s: runtime: %lldus checksum: %lld\n", argv[1], micros, (long long)checksum);
    return 0;
  }
  fprintf(stderr, "usage: micro-c loop|fields|dict|scan\n");
  return 2;
}
