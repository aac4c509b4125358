/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes under a path, without a disk: for readers that take a file's name. */
#ifndef BONA_FUZZ_MEMORY_FILE_H
#define BONA_FUZZ_MEMORY_FILE_H

#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

/* The file stands at /proc/self/fd/NUMBER until that descriptor is closed. Traps when it cannot be
 * made. */
static inline void fuzz_memory_file(int number, const void *data, size_t size)
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);

    if (fd < 0 || write(fd, data, size) != (ssize_t)size || dup2(fd, number) != number)
        __builtin_trap();
    close(fd);
}

#endif
