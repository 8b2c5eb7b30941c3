#include "CSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int answer(int result) { return result < 0 ? -errno : result; }

int csys_not_dumpable(void) { return answer(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)); }
int csys_is_dumpable(void) { return answer(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0)); }
int csys_no_core(void) {
    struct rlimit none = {0, 0};
    return answer(setrlimit(RLIMIT_CORE, &none));
}
int csys_no_new_privileges(void) { return answer(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)); }
int csys_has_no_new_privileges(void) { return answer(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)); }

int csys_open_files_limit(uint64_t wanted) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return -errno;
    if (limit.rlim_cur < wanted) {
        limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
        if (setrlimit(RLIMIT_NOFILE, &limit) < 0) return -errno;
    }
    return limit.rlim_cur > INT32_MAX ? INT32_MAX : (int)limit.rlim_cur;
}

int csys_exec(const char *path, char *const *arguments) {
    execv(path, arguments);
    return -errno;
}
const char *csys_environment(const char *name) { return getenv(name); }
int csys_set_environment(const char *name, const char *value) { return answer(setenv(name, value, 1)); }
int csys_unset_environment(const char *name) { return answer(unsetenv(name)); }

int csys_pid(void) { return getpid(); }
uint32_t csys_uid(void) { return geteuid(); }
uint32_t csys_gid(void) { return getegid(); }
int csys_session(int pid) { return answer(getsid(pid)); }
int csys_open_process(int pid) { return answer((int)syscall(SYS_pidfd_open, pid, 0)); }
unsigned csys_umask(unsigned mask) { return umask(mask); }
int csys_is_terminal(int fd) { return isatty(fd); }
void csys_exit(int status) { _exit(status); }

int csys_keep_standard(void) {
    for (int fd = 0; fd < 3; fd++) {
        if (fcntl(fd, F_GETFD) >= 0) continue;
        // The lowest free number is this one; the wrong way round, so that using it is an error as before.
        int made = open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
        if (made < 0) return -errno;
        if (made != fd) return -EBADF;
    }
    return 0;
}

int csys_ignore_broken_pipe(void) { return signal(SIGPIPE, SIG_IGN) == SIG_ERR ? -errno : 0; }

int csys_signal_descriptor(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    int wrong = pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (wrong) return -wrong;
    return answer(signalfd(-1, &set, SFD_CLOEXEC));
}
int csys_read_signal(int fd) {
    struct signalfd_siginfo found;
    ssize_t got = read(fd, &found, sizeof found);
    if (got < 0) return -errno;
    return got == sizeof found ? (int)found.ssi_signo : -EIO;
}
int csys_raise(int signal) { return answer(kill(getpid(), signal)); }

int csys_user(uint32_t uid, char *name, size_t count) {
    char room[4096];
    struct passwd entry, *found = NULL;
    int wrong = getpwuid_r(uid, &entry, room, sizeof room, &found);
    if (wrong) return -wrong;
    if (found == NULL) return -ENOENT;
    if (strlen(found->pw_name) >= count) return -ERANGE;
    strcpy(name, found->pw_name);
    return 0;
}
int csys_user_id(const char *name, uint32_t *uid) {
    char room[4096];
    struct passwd entry, *found = NULL;
    int wrong = getpwnam_r(name, &entry, room, sizeof room, &found);
    if (wrong) return -wrong;
    if (found == NULL) return -ENOENT;
    *uid = found->pw_uid;
    return 0;
}

void csys_error_text(int code, char *text, size_t count) {
    char room[128];
    snprintf(text, count, "%s", strerror_r(code, room, sizeof room));
}
