/* SPDX-License-Identifier: Apache-2.0 */
/* Packets with descriptors; see message.h. */
#include "workers/message.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* Room for the one descriptor a packet may carry. */
typedef union rights {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(int))];
} rights;

static void attach(struct msghdr *message, rights *room, int fd)
{
    struct cmsghdr *control;

    memset(room, 0, sizeof *room);
    message->msg_control = room->bytes;
    message->msg_controllen = sizeof room->bytes;
    control = CMSG_FIRSTHDR(message);
    control->cmsg_level = SOL_SOCKET;
    control->cmsg_type = SCM_RIGHTS;
    control->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(control), &fd, sizeof fd);
}

bona_err bona_message_send(int socket, const void *head, size_t head_size, const void *body,
                           size_t body_size, int fd, bool wait)
{
    struct iovec parts[2] = { { (void *)head, head_size }, { (void *)body, body_size } };
    struct msghdr message = { .msg_iov = parts, .msg_iovlen = body_size > 0 ? 2 : 1 };
    rights room;
    ssize_t sent;

    if (fd >= 0)
        attach(&message, &room, fd);
    do
        sent = sendmsg(socket, &message, MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT));
    while (sent < 0 && errno == EINTR);
    return sent == (ssize_t)(head_size + body_size) ? BONA_OK : BONA_IO;
}

static int detach(struct msghdr *message)
{
    struct cmsghdr *control = CMSG_FIRSTHDR(message);
    int fd = -1;

    if (control != NULL && control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_RIGHTS &&
        control->cmsg_len == CMSG_LEN(sizeof fd))
        memcpy(&fd, CMSG_DATA(control), sizeof fd);
    return fd;
}

bona_received bona_message_receive(int socket, void *head, size_t head_size, void *body,
                                   size_t body_room, size_t *body_size, int *fd, bool wait)
{
    struct iovec parts[2] = { { head, head_size }, { body, body_room } };
    struct msghdr message = { .msg_iov = parts, .msg_iovlen = body_room > 0 ? 2 : 1 };
    rights room;
    ssize_t got;

    if (fd != NULL) {
        memset(&room, 0, sizeof room);
        message.msg_control = room.bytes;
        message.msg_controllen = sizeof room.bytes;
        *fd = -1;
    }
    do
        got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT));
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK ? BONA_GOT_NOTHING : BONA_GOT_END;
    if (got == 0)
        return BONA_GOT_END;
    if (fd != NULL)
        *fd = detach(&message);
    if ((size_t)got < head_size || (message.msg_flags & MSG_TRUNC) != 0)
        return BONA_GOT_BROKEN;
    if (body_size != NULL)
        *body_size = (size_t)got - head_size;
    return BONA_GOT_MESSAGE;
}
