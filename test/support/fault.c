// Makes calls of the system fail, or ends the process, where a test wants it: gcc -shared -fPIC, then LD_PRELOAD.
//   FAULT_PATH   what a path contains that this is about
//   FAULT_READ   errno that reads of it give, after FAULT_AFTER bytes
//   FAULT_WRITE  errno that writes to it give
//   FAULT_KILL   at which change of it (a file made, written, renamed, linked, removed) the process is killed, from 1
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define MOST 65536
static char is_ours[MOST];
static int changes;

static long number(const char *name) {
  const char *text = getenv(name);
  return text ? atol(text) : 0;
}

static int names(const char *path) {
  const char *part = getenv("FAULT_PATH");
  return part && path && strstr(path, part) != NULL;
}

// The descriptor of a file that was closed past us may be that of something else by now: of a watch, say.
static int ours(int fd) {
  struct stat found;
  return fd >= 0 && fd < MOST && is_ours[fd] && fstat(fd, &found) == 0 && S_ISREG(found.st_mode);
}

static void change(void) {
  long at = number("FAULT_KILL");
  if (at && __sync_add_and_fetch(&changes, 1) == at) kill(getpid(), SIGKILL);
}

static int opened(int fd, const char *path) {
  if (fd >= 0 && fd < MOST) is_ours[fd] = names(path);
  return fd;
}

static int cant_read(int fd, off_t at) {
  if (!ours(fd) || !number("FAULT_READ") || at < number("FAULT_AFTER")) return 0;
  errno = number("FAULT_READ");
  return 1;
}

static int cant_write(int fd) {
  if (!ours(fd)) return 0;
  change();
  if (!number("FAULT_WRITE")) return 0;
  errno = number("FAULT_WRITE");
  return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define OPEN(name)                                       \
  int name(const char *path, int flags, ...) {           \
    va_list rest;                                        \
    va_start(rest, flags);                               \
    mode_t mode = va_arg(rest, mode_t);                  \
    va_end(rest);                                        \
    if ((flags & O_CREAT) && names(path)) change();      \
    return opened(REAL(name)(path, flags, mode), path);  \
  }
OPEN(open)
OPEN(open64)

#define TWO(name)                                \
  int name(const char *from, const char *to) {   \
    if (names(from) || names(to)) change();      \
    return REAL(name)(from, to);                 \
  }
TWO(rename)
TWO(link)

int unlink(const char *path) {
  if (names(path)) change();
  return REAL(unlink)(path);
}

int mkdir(const char *path, mode_t mode) {
  if (names(path)) change();
  return REAL(mkdir)(path, mode);
}

ssize_t read(int fd, void *to, size_t size) {
  return cant_read(fd, lseek(fd, 0, SEEK_CUR)) ? -1 : REAL(read)(fd, to, size);
}

#define PREAD(name, type)                                          \
  ssize_t name(int fd, void *to, size_t size, type at) {           \
    return cant_read(fd, at) ? -1 : REAL(name)(fd, to, size, at);  \
  }
PREAD(pread, off_t)
PREAD(pread64, off64_t)

#define PREADV(name, type)                                            \
  ssize_t name(int fd, const struct iovec *to, int count, type at) {  \
    return cant_read(fd, at) ? -1 : REAL(name)(fd, to, count, at);    \
  }
PREADV(preadv, off_t)
PREADV(preadv64, off64_t)

ssize_t write(int fd, const void *from, size_t size) { return cant_write(fd) ? -1 : REAL(write)(fd, from, size); }

#define PWRITE(name, type)                                           \
  ssize_t name(int fd, const void *from, size_t size, type at) {     \
    return cant_write(fd) ? -1 : REAL(name)(fd, from, size, at);     \
  }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

ssize_t writev(int fd, const struct iovec *from, int count) { return cant_write(fd) ? -1 : REAL(writev)(fd, from, count); }

int close(int fd) {
  if (fd >= 0 && fd < MOST) is_ours[fd] = 0;
  return REAL(close)(fd);
}
