/* SPDX-License-Identifier: Apache-2.0 */
/* Lists for `evaluate` from anywhere: refused, or every field of every row can be read. */
#include "eval/csv.h"
#include "memory_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bona_csv *csv = NULL;
    bona_note note;
    bona_buf out;

    fuzz_memory_file(200, data, size);
    if (bona_csv_read(&csv, "/proc/self/fd/200", &note) == BONA_OK) {
        bona_buf_init(&out, 4 * size + 64);
        for (int64_t row = 0; row < bona_csv_rows(csv); row++)
            for (int32_t column = -1; column < bona_csv_columns(csv); column++)
                if (bona_csv_put(&out, bona_csv_field(csv, row, column), column < 0) != BONA_OK &&
                    out.size < 4 * size)
                    __builtin_trap();
        bona_buf_deinit(&out);
        if (bona_csv_rows(csv) > 0)
            (void)bona_csv_number(csv, 0, bona_csv_column(csv, bona_csv_name(csv, 0)));
    }
    bona_csv_free(csv);
    close(200);
    return 0;
}
