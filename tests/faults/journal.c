/* Writes down what a program does to a disk, in the order in which it takes effect: each change of a
   file or of a name, each sync as it begins and as it is over, and what goes out on sockets. The
   program does all this as it would without it. IDV_JOURNAL names the file; journal.rs reads it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

/* One entry: a head of 32 bytes, then the bytes that were written or the names. */
static void note(char what, uint64_t node, int64_t at, const struct iovec *parts, int count,
                 size_t length) {
    static int journal = -1;
    if (journal < 0) {
        const char *name = getenv("IDV_JOURNAL");
        journal = name ? syscall(SYS_openat, AT_FDCWD, name,
                                 O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;
        if (journal < 0) abort();
    }
    struct { uint64_t what, node; int64_t at; uint64_t length; } head = {what, node, at, length};
    if (syscall(SYS_write, journal, &head, sizeof head) != sizeof head) abort();
    for (int i = 0; i < count && length > 0; i++) {
        size_t some = parts[i].iov_len < length ? parts[i].iov_len : length;
        if (syscall(SYS_write, journal, parts[i].iov_base, some) != (long)some) abort();
        length -= some;
    }
}

static void note_text(char what, uint64_t node, int64_t at, const char *text, size_t length) {
    struct iovec part = {(void *)text, length};
    note(what, node, at, &part, 1, length);
}

/* A name from the root on. */
static size_t whole(char *out, const char *path) {
    if (path[0] == '/') return snprintf(out, PATH_MAX, "%s", path);
    char folder[PATH_MAX];
    return snprintf(out, PATH_MAX, "%s/%s", getcwd(folder, sizeof folder) ? folder : "", path);
}

static void note_name(char what, uint64_t node, const char *path) {
    char name[PATH_MAX];
    note_text(what, node, 0, name, whole(name, path));
}

static struct stat state(int fd) {
    struct stat it = {0};
    fstat(fd, &it);
    return it;
}

static int opened(int (*real)(const char *, int, ...), const char *path, int flags, mode_t mode) {
    if (!(flags & (O_CREAT | O_TRUNC | O_TMPFILE))) return real(path, flags, mode);
    pthread_mutex_lock(&turn);
    struct stat before;
    int was_there = stat(path, &before) == 0, nameless = (flags & O_TMPFILE) == O_TMPFILE;
    int fd = real(path, flags, mode);
    struct stat it = fd < 0 ? (struct stat){0} : state(fd);
    if (S_ISREG(it.st_mode) && nameless) note(/* no name */ 'c', it.st_ino, 0, NULL, 0, 0);
    else if (S_ISREG(it.st_mode) && !was_there) note_name('c', it.st_ino, path);
    else if (S_ISREG(it.st_mode) && flags & O_TRUNC) note('t', it.st_ino, 0, NULL, 0, 0);
    pthread_mutex_unlock(&turn);
    return fd;
}

#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        REAL(name); \
        va_list more; \
        va_start(more, flags); \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0; \
        va_end(more); \
        return opened(real, path, flags, mode); \
    }
OPEN(open)
OPEN(open64)

/* What was written, as far as it was; `at` < 0 is where the file stood before. */
static void note_written(int fd, int64_t at, const struct iovec *parts, int count, ssize_t done) {
    if (done <= 0) return;
    struct stat it = state(fd);
    if (S_ISSOCK(it.st_mode)) note('s', it.st_ino, 0, parts, count, done);
    if (S_ISREG(it.st_mode))
        note('w', it.st_ino, at < 0 ? lseek(fd, 0, SEEK_CUR) - done : at, parts, count, done);
}

#define WRITE(name, takes, gives, at, ...) \
    ssize_t name takes { \
        REAL(name); \
        pthread_mutex_lock(&turn); \
        ssize_t done = real gives; \
        note_written(fd, at, __VA_ARGS__, done); \
        pthread_mutex_unlock(&turn); \
        return done; \
    }
#define ONE &(struct iovec){(void *)bytes, length}, 1
WRITE(write, (int fd, const void *bytes, size_t length), (fd, bytes, length), -1, ONE)
WRITE(send, (int fd, const void *bytes, size_t length, int flags), (fd, bytes, length, flags), -1, ONE)
WRITE(writev, (int fd, const struct iovec *parts, int count), (fd, parts, count), -1, parts, count)
WRITE(pwrite64, (int fd, const void *bytes, size_t length, off64_t at), (fd, bytes, length, at), at, ONE)

int ftruncate64(int fd, off64_t length) {
    REAL(ftruncate64);
    pthread_mutex_lock(&turn);
    int failed = real(fd, length);
    if (!failed) note('t', state(fd).st_ino, length, NULL, 0, 0);
    pthread_mutex_unlock(&turn);
    return failed;
}

#define NAMED(name, what, takes, gives) \
    int name takes { \
        REAL(name); \
        pthread_mutex_lock(&turn); \
        int failed = real gives; \
        if (!failed) note_name(what, 0, path); \
        pthread_mutex_unlock(&turn); \
        return failed; \
    }
NAMED(unlink, 'u', (const char *path), (path))
NAMED(rmdir, 'u', (const char *path), (path))
NAMED(mkdir, 'd', (const char *path, mode_t mode), (path, mode))

int rename(const char *from, const char *to) {
    REAL(rename);
    pthread_mutex_lock(&turn);
    int failed = real(from, to);
    if (!failed) {
        char names[2 * PATH_MAX];
        size_t first = whole(names, from) + 1; /* a NUL between them */
        note_text('r', 0, 0, names, first + whole(names + first, to));
    }
    pthread_mutex_unlock(&turn);
    return failed;
}

/* Others may write while the disk works: what is there when it begins is on disk when it is over. */
static int synced(int (*real)(int), int fd) {
    static int64_t number;
    char link[64], folder[PATH_MAX];
    struct stat it = state(fd);
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = S_ISDIR(it.st_mode) ? readlink(link, folder, sizeof folder) : 0;
    pthread_mutex_lock(&turn);
    int64_t mine = ++number;
    note_text('b', it.st_ino, mine, folder, length < 0 ? 0 : length);
    pthread_mutex_unlock(&turn);
    int failed = real(fd);
    pthread_mutex_lock(&turn);
    if (!failed) note('e', it.st_ino, mine, NULL, 0, 0);
    pthread_mutex_unlock(&turn);
    return failed;
}

int fsync(int fd) {
    REAL(fsync);
    return synced(real, fd);
}

int fdatasync(int fd) {
    REAL(fdatasync);
    return synced(real, fd);
}
