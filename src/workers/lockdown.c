/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Locking a worker in; see lockdown.h. The list of system calls was found with strace and with the
 * filter itself, which ends the process; docs/security.md has it with the reason of each. The test
 * workers_vision sends every picture format through.
 */
#include "workers/lockdown.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* 0 to 3 are in use, 4 is the slab of the running job. */
enum { DESCRIPTORS_MAX = 5 };

static void settle_signals(void)
{
    static const int ignored[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2 };
    sigset_t none;

    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL); /* fails for SIGKILL and SIGSTOP, which is right */
    for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
        signal(ignored[i], SIG_IGN);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* A hard limit that was inherited and is lower stays. */
static bona_err limit(int what, rlim_t value)
{
    struct rlimit both;

    if (getrlimit((__rlimit_resource_t)what, &both) != 0)
        return BONA_IO;
    if (value > both.rlim_max)
        value = both.rlim_max;
    both = (struct rlimit){ value, value };
    return setrlimit((__rlimit_resource_t)what, &both) == 0 ? BONA_OK : BONA_IO;
}

static bona_err hide(void)
{
    bona_err err = limit(RLIMIT_CORE, 0);

    if (err == BONA_OK && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        err = BONA_IO;
    return err;
}

bona_err bona_lockdown_spawner(void)
{
    bona_err err = hide();

    settle_signals();
    if (err == BONA_OK && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        err = BONA_IO;
    return err;
}

static bona_err keep_only(int socket)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int last_null = 2;
    bona_err err = BONA_OK;

#ifdef BONA_SANITIZED
    last_null = 1;
#endif
    if (null < 0)
        return BONA_IO;
    for (int fd = 0; fd <= last_null; fd++)
        if (dup2(null, fd) < 0)
            err = BONA_IO;
    if (socket != BONA_WORKER_SOCKET && dup2(socket, BONA_WORKER_SOCKET) < 0)
        err = BONA_IO;
    if (syscall(SYS_close_range, BONA_WORKER_SOCKET + 1, ~0U, 0) != 0)
        err = BONA_IO;
    return err;
}

bona_err bona_lockdown_begin(int socket)
{
    bona_err err = hide();

    settle_signals();
    if (err == BONA_OK && prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
        err = BONA_IO;
    if (err == BONA_OK)
        err = keep_only(socket);
    return err;
}

#ifndef BONA_SANITIZED
/* Bytes mapped now, from the first number of /proc/self/statm (proc(5)); 0 when it cannot be read.
 */
static size_t mapped_now(void)
{
    FILE *statm = fopen("/proc/self/statm", "re");
    unsigned long pages = 0;

    if (statm == NULL)
        return 0;
    if (fscanf(statm, "%lu", &pages) != 1)
        pages = 0;
    fclose(statm);
    return (size_t)pages * (size_t)sysconf(_SC_PAGESIZE);
}
#endif

static bona_err set_limits(size_t memory_max)
{
    bona_err err = BONA_OK;

#ifdef BONA_SANITIZED
    (void)memory_max; /* the sanitizers' shadow alone is terabytes of address space */
#else
    size_t now = mapped_now();

    err = now == 0 ? BONA_IO : limit(RLIMIT_AS, now + memory_max);
#endif
    if (err == BONA_OK)
        err = limit(RLIMIT_NOFILE, DESCRIPTORS_MAX);
    if (err == BONA_OK)
        err = limit(RLIMIT_FSIZE, 0);
    return err;
}

/*
 * Allowed whatever the arguments. Seen in use while every picture format and the hostile files went
 * through, but for mremap (growing of large blocks), sched_yield and getrandom (libraries under
 * memory pressure) and restart_syscall (a process that was stopped and goes on).
 */
static const int calls_always[] = {
    SCMP_SYS(munmap),         SCMP_SYS(mremap),
    SCMP_SYS(madvise),        SCMP_SYS(brk),
    SCMP_SYS(futex),          SCMP_SYS(exit),
    SCMP_SYS(exit_group),     SCMP_SYS(close),
    SCMP_SYS(clock_gettime),  SCMP_SYS(getrandom),
    SCMP_SYS(sched_yield),    SCMP_SYS(restart_syscall),
#ifdef BONA_SANITIZED
    SCMP_SYS(write),          SCMP_SYS(getpid),
    SCMP_SYS(gettid),         SCMP_SYS(sigaltstack),
    SCMP_SYS(tgkill),         SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(clock_nanosleep),
    SCMP_SYS(prctl),          SCMP_SYS(mprotect),
    SCMP_SYS(mmap),           SCMP_SYS(nanosleep),
    SCMP_SYS(rt_sigreturn),   SCMP_SYS(set_tid_address),
#endif
};

/*
 * What glibc's pthread_create and the thread's end need besides; clone3 answers ENOSYS, so that
 * clone with its checkable flags is used.
 */
static const int calls_threads[] = {
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(sched_getaffinity),
};

static int allow_all(scmp_filter_ctx filter, const int *calls, size_t count)
{
    int failed = 0;

    for (size_t i = 0; i < count; i++)
        failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);
    return failed;
}

static struct scmp_arg_cmp equals(unsigned argument, scmp_datum_t value)
{
    return (struct scmp_arg_cmp){ .arg = argument, .op = SCMP_CMP_EQ, .datum_a = value };
}

static struct scmp_arg_cmp masked(unsigned argument, scmp_datum_t mask, scmp_datum_t value)
{
    return (struct scmp_arg_cmp){
        .arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value
    };
}

static int allow_if(scmp_filter_ctx filter, int call, struct scmp_arg_cmp condition)
{
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1, condition);
}

/* Talking only over the one socket, memory never executable. */
static int allow_checked(scmp_filter_ctx filter)
{
    int failed = 0;

    failed |= allow_if(filter, SCMP_SYS(recvmsg), equals(0, BONA_WORKER_SOCKET));
    failed |= allow_if(filter, SCMP_SYS(sendmsg), equals(0, BONA_WORKER_SOCKET));
#ifndef BONA_SANITIZED
    failed |= allow_if(filter, SCMP_SYS(mmap), masked(2, PROT_EXEC, 0));
    failed |= allow_if(filter, SCMP_SYS(mprotect), masked(2, PROT_EXEC, 0));
    failed |= allow_if(filter, SCMP_SYS(prctl), equals(0, PR_SET_NAME));
#endif
    return failed;
}

/* Threads of this process, no other processes. */
static int allow_threads(scmp_filter_ctx filter)
{
    const scmp_datum_t thread = CLONE_THREAD | CLONE_VM;
    int failed = allow_all(filter, calls_threads, sizeof calls_threads / sizeof calls_threads[0]);

    failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    failed |= allow_if(filter, SCMP_SYS(clone), masked(0, thread, thread));
    return failed;
}

static bona_err filter_calls(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    int failed;

    if (filter == NULL)
        return BONA_NO_MEMORY;
    failed = allow_all(filter, calls_always, sizeof calls_always / sizeof calls_always[0]);
    failed |= allow_checked(filter);
    failed |= allow_threads(filter);
    if (failed == 0)
        failed = seccomp_load(
            filter); /* sets no-new-privileges first, as SCMP_FLTATR_CTL_NNP is on by default */
    if (failed == 0)
        seccomp_release(filter);
    return failed == 0 ? BONA_OK : BONA_IO;
}

/* A server that runs as root has workers of root: without capabilities, capset(2). */
static bona_err drop_capabilities(void)
{
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };
    struct __user_cap_data_struct held[_LINUX_CAPABILITY_U32S_3];

    /* A service whose own filter forbids capset has none to drop. */
    if (syscall(SYS_capget, &header, held) == 0 && memcmp(held, none, sizeof none) == 0)
        return BONA_OK;
    return syscall(SYS_capset, &header, none) == 0 ? BONA_OK : BONA_IO;
}

bona_err bona_lockdown_finish(size_t memory_max)
{
    bona_err err = set_limits(memory_max);

    if (err == BONA_OK)
        err = drop_capabilities();
    if (err == BONA_OK)
        err = filter_calls();
    return err;
}
