#include "CSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int attributes(posix_spawnattr_t *attribute) {
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int error = posix_spawnattr_setflags(attribute, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    if (!error) error = posix_spawnattr_setsigmask(attribute, &none);
    if (!error) error = posix_spawnattr_setsigdefault(attribute, &all);
    return error;
}

int csys_spawn(const char *path, char *const *arguments, const int *fds, size_t count, int *pid) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attribute;
    int copies[16];
    size_t made = 0;
    if (count > sizeof copies / sizeof copies[0]) return -EINVAL;
    int error = posix_spawn_file_actions_init(&actions);
    if (error) return -error;
    error = posix_spawnattr_init(&attribute);
    if (!error) {
        error = attributes(&attribute);
        for (; made < count && !error; made++) {
            // Copies above the numbers that are given out, so that none is overwritten before it was handed on.
            copies[made] = fcntl(fds[made], F_DUPFD_CLOEXEC, (int)count);
            if (copies[made] < 0) {
                error = errno;
                break;
            }
            error = posix_spawn_file_actions_adddup2(&actions, copies[made], (int)made);
        }
        pid_t child = 0;
        if (!error) error = posix_spawn(&child, path, &actions, &attribute, arguments, environ);
        *pid = child;
        while (made > 0) close(copies[--made]);
        posix_spawnattr_destroy(&attribute);
    }
    posix_spawn_file_actions_destroy(&actions);
    return -error;
}

int csys_wait(int pid) {
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) return -errno;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int csys_kill(int pid, int number) { return kill(pid, number) < 0 ? -errno : 0; }
