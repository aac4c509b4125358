/* SPDX-License-Identifier: Apache-2.0 */
/* The example for browsers and Node makes what the server opens. Run by Node where it is installed.
 */
#include "wire/hex.h"

#include <math.h>

#include "base/file.h"
#include "base/mem.h"
#include "wire/container.h"

#define SCRIPT BONA_TEST_SOURCE "/examples/seal.js"

enum { OUTPUT_MAX = 8192 };

/* docs/liveness-container.md */
static const char vector_file[] = "42464c5601000102030405060708090a0bf2e1c22062557c444471f518bf297e"
                                  "778212ed9f60b0fdd22c834d1e56c9e2b25c76ba791a694dc0f0dbff1121";

#define NEED_NODE()                                                                \
    do {                                                                           \
        if (system("node --version >/dev/null 2>&1") != 0) {                       \
            print_message("left out: needs Node, 18 or newer (package nodejs)\n"); \
            skip();                                                                \
        }                                                                          \
    } while (0)

/* What a line of JavaScript prints; `seal` is the example's module. */
static void run_script(char output[OUTPUT_MAX], const char *line)
{
    char command[OUTPUT_MAX];
    size_t size;
    FILE *node;

    snprintf(
        command, sizeof command,
        "node -e 'const seal = require(\"%s\"), bytes = (t) => new TextEncoder().encode(t); %s'",
        SCRIPT, line);
    node = popen(command, "r");
    assert_non_null(node);
    size = fread(output, 1, OUTPUT_MAX - 1, node);
    output[size] = 0;
    assert_int_equal(pclose(node), 0);
}

static void the_example_makes_the_documented_vector(void **state)
{
    char output[OUTPUT_MAX];

    (void)state;
    NEED_NODE();
    run_script(
        output,
        "seal.livenessFile([{ picture: bytes(\"abc\"), live: 0.75 }, { picture: bytes(\"defg\") }],"
        "{ key: \"01234567890123456789012345678901\", created: 1700000000123, interactive: true,"
        "  nonce: Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]) })"
        ".then((file) => process.stdout.write(Buffer.from(file).toString(\"hex\")))");
    assert_string_equal(output, vector_file);
    run_script(output,
               "seal.encryptedImage(bytes(\"abc\")).then((text) => process.stdout.write(text))");
    assert_string_equal(output, "5UKWy8SA6+5HoJKWxW23bxYegw==");
}

static void the_server_opens_what_the_example_seals(void **state)
{
    char folder[] = "/tmp/bona_seal_XXXXXX", path[64], command[1024];
    bona_seal_keys keys;
    bona_container container;
    uint8_t *file, *plain, *script;
    size_t size, script_size;

    (void)state;
    NEED_NODE();
    unsetenv("BONAFIDE_LIVENESS_KEY");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/out.bin", folder);
    snprintf(command, sizeof command, "node %s %s %s %s", SCRIPT, path, SCRIPT,
             SCRIPT); /* any file does as a frame */
    assert_int_equal(system(command), 0);
    assert_int_equal(bona_file_read(path, BONA_CONTAINER_BYTES_MAX, &file, &size, NULL), BONA_OK);
    assert_int_equal(bona_file_read(SCRIPT, BONA_CONTAINER_BYTES_MAX, &script, &script_size, NULL),
                     BONA_OK);
    assert_int_equal(bona_seal_keys_read(&keys, NULL), BONA_OK);
    plain = bona_alloc(size, 1);
    assert_int_equal(
        bona_container_open(&container, (bona_bytes){ file, size }, keys.liveness_key, plain, NULL),
        BONA_OK);
    assert_int_equal(container.frame_count, 2);
    assert_int_equal(container.mode, BONA_CAPTURE_SILENT);
    assert_int_equal(container.frames[1].size, script_size);
    assert_memory_equal(container.frames[1].data, script, script_size);
    assert_true(isnan(container.live[0]));
    bona_free(plain);
    bona_free(script);
    bona_free(file);
    unlink(path);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_makes_the_documented_vector),
        cmocka_unit_test(the_server_opens_what_the_example_seals),
    };

    return cmocka_run_group_tests_name("wire_seal_js", tests, NULL, NULL);
}
