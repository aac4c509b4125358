/* SPDX-License-Identifier: Apache-2.0 */
/* cmocka with what it needs, and where test data lies. */
#ifndef BONA_TESTS_CHECK_H
#define BONA_TESTS_CHECK_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

/* The folder with pictures and reference networks (environment BONAFIDE_SHARED before the
 * configured one), or NULL. */
static inline const char *check_shared(void)
{
    const char *path = getenv("BONAFIDE_SHARED");

    if (path == NULL || path[0] == 0)
        path = BONA_TEST_SHARED;
    return access(path, R_OK) == 0 ? path : NULL;
}

/* At the top of a test that cannot run without it; says so instead of passing silently. */
#define NEED_SHARED()                                                \
    do {                                                             \
        if (check_shared() == NULL) {                                \
            print_message("left out: needs the shared test data\n"); \
            skip();                                                  \
        }                                                            \
    } while (0)

#endif
