/* A file system without memory that processes share, for the processes that are started with this library (LD_PRELOAD):
 * mapping SQLite's file of shared memory fails as it does on such a mount, with ENODEV. All else is left to the system.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static int is_shared_memory(int file) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path);
    return length > 4 && memcmp(path + length - 4, "-shm", 4) == 0;
}

void *mmap(void *address, size_t length, int protection, int flags, int file, off_t offset) {
    if (file >= 0 && (flags & MAP_SHARED) && is_shared_memory(file)) {
        errno = ENODEV;
        return MAP_FAILED;
    }
    return (void *)syscall(SYS_mmap, address, length, protection, flags, file, offset);
}

void *mmap64(void *address, size_t length, int protection, int flags, int file, off_t offset) {
    return mmap(address, length, protection, flags, file, offset);
}
