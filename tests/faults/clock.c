/* The wall clock jumps a year to and fro at each look at it; all other clocks go on as they do. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>

int clock_gettime(clockid_t id, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    static long looks;
    if (!real)
        real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int failed = real(id, now);
    if (id == CLOCK_REALTIME)
        now->tv_sec += __sync_fetch_and_add(&looks, 1) % 2 ? 31536000 : -31536000;
    return failed;
}
