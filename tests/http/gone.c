/* SPDX-License-Identifier: Apache-2.0 */
/* Clients that leave before their answer: whoever works for them is told once, even if they had
 * left before anybody asked to be told. */
#include "check.h"

#include "http/state.h"

static void count(void *arg)
{
    ++*(int *)arg;
}

static void start(bona_request *request)
{
    *request = (bona_request){ 0 };
    pthread_mutex_init(&request->lock, NULL);
}

static void whoever_asks_first_is_told_when_the_client_leaves(void **state)
{
    bona_request request;
    int told = 0;

    (void)state;
    start(&request);
    bona_request_on_gone(&request, count, &told);
    assert_int_equal(told, 0);
    http_request_gone(&request);
    http_request_gone(&request);
    assert_int_equal(told, 1);
    pthread_mutex_destroy(&request.lock);
}

static void whoever_asks_too_late_is_told_at_once(void **state)
{
    bona_request request;
    int told = 0;

    (void)state;
    start(&request);
    http_request_gone(&request);
    bona_request_on_gone(&request, count, &told);
    assert_int_equal(told, 1);
    http_request_gone(&request);
    assert_int_equal(told, 1);
    pthread_mutex_destroy(&request.lock);
}

static void who_asks_no_more_is_not_told(void **state)
{
    bona_request request;
    int told = 0;

    (void)state;
    start(&request);
    bona_request_on_gone(&request, count, &told);
    bona_request_on_gone(&request, NULL, NULL);
    http_request_gone(&request);
    bona_request_on_gone(&request, NULL, NULL);
    assert_int_equal(told, 0);
    pthread_mutex_destroy(&request.lock);
}

static void after_the_answer_nobody_is_told(void **state)
{
    bona_request request;
    int told = 0;

    (void)state;
    start(&request);
    http_request_gone(&request);
    request.replied = true;
    bona_request_on_gone(&request, count, &told);
    assert_int_equal(told, 0);
    pthread_mutex_destroy(&request.lock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_asks_first_is_told_when_the_client_leaves),
        cmocka_unit_test(whoever_asks_too_late_is_told_at_once),
        cmocka_unit_test(who_asks_no_more_is_not_told),
        cmocka_unit_test(after_the_answer_nobody_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
