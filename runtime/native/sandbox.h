/*
 * What a sandboxed program may ask of the system. A VM built with `wright build --sandbox POLICY` has a
 * policy in it; WRIGHT_SANDBOX names the file of one for any VM. With both, both must permit.
 *
 *     # nothing is permitted that is not named here
 *     read  data             this file, or what is in this folder: reading, sizes, names
 *     write out              making, writing, renaming and removing there
 *     env   LANG             this variable of the environment; * for all
 *     stdin                  the standard streams
 *     stdout
 *     stderr
 *     clock                  times; without it they are all 0
 *     random
 *     terminal               its size, and keys as they come
 *
 * Paths are compared without symbolic links, and relative ones start where the VM was started. What is
 * denied fails with EPERM; variables that may not be seen are not there. The VM's own messages (an
 * uncaught exception) and its end are not the program's: they are not asked about.
 */
#ifndef WRIGHT_SANDBOX_H
#define WRIGHT_SANDBOX_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum {
  WR_MAY_READ,
  WR_MAY_WRITE,
  WR_MAY_ENV,
  WR_MAY_STDIN,
  WR_MAY_STDOUT,
  WR_MAY_STDERR,
  WR_MAY_CLOCK,
  WR_MAY_RANDOM,
  WR_MAY_TERMINAL,
} wr_right;

/* Reads the policies; a mistake in one ends the program with status 2. */
void wr_sandbox_start(void);

/* Whether there is a policy at all. */
extern bool wr_is_sandboxed;

/* Rights without an object. Sets errno when denied, as the others do. */
bool wr_permits(wr_right right);
bool wr_permits_env(const char *name);

/*
 * Whether a path may be used. It is replaced by one without symbolic links, so that what was checked is
 * what is used; with `follow` its last part is looked through as well.
 */
bool wr_permits_path(wr_right right, char path[PATH_MAX], bool follow);

/* Descriptors: the standard streams by their rights, and those that the program has opened. */
bool wr_permits_fd(int64_t fd);
void wr_sandbox_opened(int64_t fd, bool open);

#endif
