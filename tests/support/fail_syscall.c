/* SPDX-License-Identifier: GPL-3.0-or-later
 * Preloaded by tests/e2e/faults_test.py: the OYER_FAIL_AT-th call (from 1) that changes a file system fails with OYER_FAIL_ERRNO, as on a
 * disk that is broken or full. OYER_FAIL_BELOW: only files below this folder count. OYER_FAIL_REPORT: this file gets the failing call's
 * name, so that the test knows when a run made no failing call any more. A failing write first writes half of its bytes. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static long count;

static int below(const char *path) {
  const char *folder = getenv("OYER_FAIL_BELOW");
  return folder != NULL && path != NULL && strncmp(path, folder, strlen(folder)) == 0;
}

static int is_below(int fd) {
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t n = readlink(link, path, sizeof path - 1);
  if (n < 0) return 0;
  path[n] = 0;
  return below(path);
}

static int fails(const char *call) {
  const char *at = getenv("OYER_FAIL_AT"), *report = getenv("OYER_FAIL_REPORT"), *error = getenv("OYER_FAIL_ERRNO");
  if (at == NULL || report == NULL || error == NULL || __atomic_add_fetch(&count, 1, __ATOMIC_SEQ_CST) != atol(at)) return 0;
  const int fd = REAL(open)(report, O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (fd >= 0) {
    (void)!REAL(write)(fd, call, strlen(call));
    (void)!REAL(write)(fd, "\n", 1);
    close(fd);
  }
  errno = atoi(error);
  return 1;
}

ssize_t write(int fd, const void *bytes, size_t size) {
  if (is_below(fd) && fails("write")) {
    const int error = errno;
    if (size > 1) (void)!REAL(write)(fd, bytes, size / 2);
    errno = error;
    return -1;
  }
  return REAL(write)(fd, bytes, size);
}
ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at) {
  if (is_below(fd) && fails("pwrite")) return -1;
  return REAL(pwrite)(fd, bytes, size, at);
}
ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) {
  if (is_below(fd) && fails("pwrite")) return -1;
  return REAL(pwrite64)(fd, bytes, size, at);
}
int fsync(int fd) { return is_below(fd) && fails("fsync") ? -1 : REAL(fsync)(fd); }
int fdatasync(int fd) { return is_below(fd) && fails("fdatasync") ? -1 : REAL(fdatasync)(fd); }
int syncfs(int fd) { return is_below(fd) && fails("syncfs") ? -1 : REAL(syncfs)(fd); }
int ftruncate(int fd, off_t size) { return is_below(fd) && fails("ftruncate") ? -1 : REAL(ftruncate)(fd, size); }
int ftruncate64(int fd, off64_t size) { return is_below(fd) && fails("ftruncate") ? -1 : REAL(ftruncate64)(fd, size); }
int rename(const char *from, const char *to) { return below(to) && fails("rename") ? -1 : REAL(rename)(from, to); }
int mkdir(const char *path, mode_t mode) { return below(path) && fails("mkdir") ? -1 : REAL(mkdir)(path, mode); }

#define OPENS(name, pass)                                            \
  {                                                                  \
    mode_t mode = 0;                                                 \
    if (flags & O_CREAT) {                                           \
      va_list more;                                                  \
      va_start(more, flags);                                         \
      mode = va_arg(more, mode_t);                                   \
      va_end(more);                                                  \
      if (below(path) && fails("open to create")) return -1;         \
    }                                                                \
    return REAL(name) pass;                                          \
  }
int open(const char *path, int flags, ...) OPENS(open, (path, flags, mode))
int open64(const char *path, int flags, ...) OPENS(open64, (path, flags, mode))
int openat(int at, const char *path, int flags, ...) OPENS(openat, (at, path, flags, mode))
int openat64(int at, const char *path, int flags, ...) OPENS(openat64, (at, path, flags, mode))
