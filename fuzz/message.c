/* SPDX-License-Identifier: Apache-2.0 */
/* Packets between front and workers from anywhere: cut, too long or whole, they are told apart. */
#include <sys/socket.h>
#include <unistd.h>

#include "workers/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bona_says_head head;
    uint8_t body[128];
    size_t body_size = 0;
    bona_received got;
    int ends[2];

    if (size == 0 || size > 4096 ||
        socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return 0;
    if (send(ends[0], data, size, MSG_NOSIGNAL) != (ssize_t)size)
        __builtin_trap();
    got = bona_message_receive(ends[1], &head, sizeof head, body, sizeof body, &body_size, NULL,
                               false);
    if ((got == BONA_GOT_MESSAGE) != (size >= sizeof head && size <= sizeof head + sizeof body) ||
        (got == BONA_GOT_MESSAGE && body_size != size - sizeof head))
        __builtin_trap();
    close(ends[0]);
    close(ends[1]);
    return 0;
}
