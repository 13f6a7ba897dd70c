/* A clock that can be set for the processes that are started with this library (LD_PRELOAD), and for them alone.
 *
 * The time of day is the true one plus the seconds that stand, as an integer of 64 bits, in the file that
 * LINEAL_TEST_CLOCK names; whoever writes another number there steps the clock of all these processes at once. Time that
 * only goes forward (CLOCK_MONOTONIC) stays as it is, as when an administrator sets a clock. Waits until a time of day
 * are translated, since the kernel knows only the true one. libfaketime would be the library to take, but Debian's
 * breaks clock_nanosleep, and so Python's time.sleep.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* The time since the start of a machine is less than this, the time of day is more. */
#define LEAST_TIME_OF_DAY 1000000000

static const int64_t *shared;
static const int64_t nothing = 0;

static time_t offset(void) {
    if (!shared) {
        const char *path = getenv("LINEAL_TEST_CLOCK");
        int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
        void *found = file < 0 ? MAP_FAILED : mmap(NULL, sizeof *shared, PROT_READ, MAP_SHARED, file, 0);
        shared = found == MAP_FAILED ? &nothing : found;
        if (file >= 0) close(file);
    }
    return (time_t)__atomic_load_n(shared, __ATOMIC_RELAXED);
}

static struct timespec to_true(const struct timespec *until) {
    struct timespec translated = *until;
    if (until->tv_sec > LEAST_TIME_OF_DAY) translated.tv_sec -= offset();
    return translated;
}

/* The function of the C library; of several versions the one that programs of today are linked with. */
#define REAL(name) \
    static __typeof__(name) *real; \
    if (!real) real = dlvsym(RTLD_NEXT, #name, "GLIBC_2.3.2"); \
    if (!real) real = dlsym(RTLD_NEXT, #name)

int clock_gettime(clockid_t clock, struct timespec *now) {
    REAL(clock_gettime);
    int failed = real(clock, now);
    if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += offset();
    return failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec precise;
    int failed = clock_gettime(CLOCK_REALTIME, &precise);
    now->tv_sec = precise.tv_sec;
    now->tv_usec = precise.tv_nsec / 1000;
    return failed;
}

time_t time(time_t *stored) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (stored) *stored = now.tv_sec;
    return now.tv_sec;
}

int pthread_cond_timedwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict until) {
    REAL(pthread_cond_timedwait);
    struct timespec translated = to_true(until);
    return real(cond, mutex, &translated);
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict until) {
    REAL(sem_timedwait);
    struct timespec translated = to_true(until);
    return real(semaphore, &translated);
}

long syscall(long number, ...) {
    static long (*real)(long, ...);
    if (!real) real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
    long given[6];
    va_list rest;
    va_start(rest, number);
    for (int i = 0; i < 6; i++) given[i] = va_arg(rest, long);
    va_end(rest);
    struct timespec translated;
    if (number == SYS_futex && given[3] && ((int)given[1] & FUTEX_CLOCK_REALTIME)) {
        translated = to_true((const struct timespec *)given[3]);
        given[3] = (long)&translated;
    }
    return real(number, given[0], given[1], given[2], given[3], given[4], given[5]);
}
