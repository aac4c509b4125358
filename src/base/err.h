/* SPDX-License-Identifier: Apache-2.0 */
/* Errors with a line of explanation. Whoever detects one writes the note; everybody above passes
 * the code on. */
#ifndef BONA_BASE_ERR_H
#define BONA_BASE_ERR_H

#include "bonafide.h"

/* Fills `note` (may be NULL) like printf and returns `err`, so that a check is one line: return
 * bona_fail(...). */
__attribute__((format(printf, 3, 4))) bona_err bona_fail(bona_note *note, bona_err err,
                                                         const char *format, ...);

/* Puts "`where`: " before what the note already says; cut at its end. NULL is fine. Returns `err`.
 */
bona_err bona_fail_in(bona_note *note, bona_err err, const char *where);

#endif
