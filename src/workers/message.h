/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What travels between front, spawner and workers: one packet per message over SOCK_SEQPACKET
 * socketpairs, so that a message is whole or not there. All three run the same binary, so plain
 * structs will do; the front still checks what workers say.
 */
#ifndef BONA_WORKERS_MESSAGE_H
#define BONA_WORKERS_MESSAGE_H

#include "workers/crew.h"

/* Front to spawner. */
typedef enum bona_order { BONA_ORDER_SPAWN = 1, BONA_ORDER_KILL = 2 } bona_order;

/* Spawner to front; BORN carries the worker's socket. */
typedef enum bona_event {
    BONA_EVENT_BORN = 1,
    BONA_EVENT_NOT_BORN = 2,
    BONA_EVENT_DIED = 3
} bona_event;

/* A worker is named by its slot and a generation that is never used twice. */
typedef struct bona_control {
    uint32_t what; /* bona_order or bona_event */
    int32_t slot;
    uint64_t generation;
    int32_t pid;
    int32_t status; /* as waitpid gives it, for DIED */
} bona_control;

/* Front to worker, followed by the ask; the slab's descriptor comes along when slab_size > 0. */
typedef struct bona_job_head {
    uint64_t id;
    uint64_t slab_size; /* bytes */
    uint64_t ask_size;  /* bytes */
} bona_job_head;

enum { BONA_SAYS_READY = 0x52454459, BONA_SAYS_ANSWER = 0x414e5357 }; /* "REDY", "ANSW" */

/* Worker to front, followed by the reply. */
typedef struct bona_says_head {
    uint32_t what;
    uint32_t reserved; /* 0 */
    uint64_t id;       /* of the job; 0 for READY */
    uint64_t cpu_ns;   /* thread CPU time of `work` */
    uint64_t size;     /* bytes of the reply */
} bona_says_head;

/*
 * Sends head and body as one packet, with a descriptor if fd >= 0. Returns BONA_OK, or BONA_IO when
 * the other side is gone or its buffer is full.
 */
bona_err bona_message_send(int socket, const void *head, size_t head_size, const void *body,
                           size_t body_size, int fd, bool wait);

/* What bona_message_receive found. */
typedef enum bona_received {
    BONA_GOT_MESSAGE,
    BONA_GOT_NOTHING,
    BONA_GOT_END,
    BONA_GOT_BROKEN
} bona_received;

/*
 * Takes one packet of `head_size` bytes of head and up to `body_room` bytes of body. With `fd` set
 * a descriptor may come along (-1 when none did); without it descriptors are refused by the kernel
 * and dropped. BROKEN: shorter than the head, or longer than the room.
 */
bona_received bona_message_receive(int socket, void *head, size_t head_size, void *body,
                                   size_t body_room, size_t *body_size, int *fd, bool wait);

#endif
