#include "CSystem.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

// One terminal a process: what was set before the prompt, and the signals that came during it.
static struct termios before;
static volatile sig_atomic_t arrived[32];
static volatile sig_atomic_t any;
static const int caught[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU};
enum { caught_count = sizeof caught / sizeof caught[0] };
static struct sigaction old[caught_count];
static sigset_t old_mask;

const unsigned csys_stop_signals = 1u << SIGTSTP | 1u << SIGTTIN | 1u << SIGTTOU;

static long milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000L + now.tv_nsec / 1000000L;
}

// Drops unseen what still comes, until nothing has come for a moment: the rest of a paste travels behind its first
// line, through a network perhaps. A terminal that marks its pastes says where one ends, and that is waited for.
static void settle(int fd, int in_paste) {
    static const char end[] = "\033[201~";
    enum { moment = 30, patience = 1000, limit = 3000 };
    struct termios raw;
    if (tcgetattr(fd, &raw) < 0) return;
    // Without lines: a rest that ends in no newline is there as well. ISIG stays, so that ^C is heard.
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHONL);
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    if (tcsetattr(fd, TCSANOW, &raw) < 0) return;
    size_t found = 0;
    long until = milliseconds() + limit;
    struct pollfd one = {.fd = fd, .events = POLLIN};
    while (milliseconds() < until && poll(&one, 1, in_paste ? patience : moment) > 0) {
        char part[256];
        long count = read(fd, part, sizeof part);
        for (long i = 0; in_paste && i < count; i++) {
            found = part[i] == end[found] ? found + 1 : part[i] == end[0];
            if (end[found] == 0) in_paste = 0;
        }
        explicit_bzero(part, sizeof part);
        if (count <= 0) return;
    }
}

int csys_terminal_quiet(int fd, int echo, int keep) {
    if (tcgetattr(fd, &before) < 0) return -errno;
    struct termios quiet = before;
    quiet.c_lflag |= ICANON | ISIG;
    quiet.c_iflag |= ICRNL;
    if (!echo) quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
    if (!keep) tcflush(fd, TCIFLUSH);  // also what the driver has not handed over yet; TCSAFLUSH leaves that
    return tcsetattr(fd, keep ? TCSADRAIN : TCSAFLUSH, &quiet) < 0 ? -errno : 0;
}
int csys_terminal_keys(int fd) {
    if (tcgetattr(fd, &before) < 0) return -errno;
    struct termios keys = before;
    keys.c_lflag |= ISIG;
    keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHONL);
    keys.c_cc[VMIN] = 1;
    keys.c_cc[VTIME] = 0;
    tcflush(fd, TCIFLUSH);
    return tcsetattr(fd, TCSAFLUSH, &keys) < 0 ? -errno : 0;
}
int csys_terminal_restore(int fd, int keep, int in_paste) {
    if (!keep) settle(fd, in_paste);
    return tcsetattr(fd, keep ? TCSADRAIN : TCSAFLUSH, &before) < 0 ? -errno : 0;
}
int csys_terminal_drop(int fd) {
    struct termios now;
    if (tcgetattr(fd, &now) < 0) return -errno;
    settle(fd, 0);
    return tcsetattr(fd, TCSAFLUSH, &now) < 0 ? -errno : 0;
}

static void note(int signal) {
    arrived[signal] = 1;
    any = 1;
}
void csys_terminal_catch_signals(void) {
    any = 0;
    for (int i = 0; i < 32; i++) arrived[i] = 0;
    // Without SA_RESTART: the wait for a key ends, the terminal is put back, then the signal is raised again.
    struct sigaction action = {.sa_handler = note};
    sigemptyset(&action.sa_mask);
    sigset_t blocked;
    sigemptyset(&blocked);
    for (int i = 0; i < caught_count; i++) {
        // Not these two: blocked, they would let a program in the background change the terminal.
        if (caught[i] != SIGTTIN && caught[i] != SIGTTOU) sigaddset(&blocked, caught[i]);
    }
    // Delivered only while csys_terminal_wait waits, so that none slips in just before the read.
    pthread_sigmask(SIG_BLOCK, &blocked, &old_mask);
    for (int i = 0; i < caught_count; i++) sigaction(caught[i], &action, &old[i]);
}
int csys_terminal_wait(int fd, int timeout_milliseconds) {
    struct pollfd one = {.fd = fd, .events = POLLIN};
    struct timespec time = {
        .tv_sec = timeout_milliseconds / 1000, .tv_nsec = timeout_milliseconds % 1000 * 1000000L};
    int found = ppoll(&one, 1, timeout_milliseconds < 0 ? NULL : &time, &old_mask);
    return found < 0 ? -errno : found;
}
unsigned csys_terminal_release_signals(void) {
    unsigned seen = 0;
    // A signal that is waiting now is counted too: the mask goes back first, the handlers after.
    pthread_sigmask(SIG_SETMASK, &old_mask, NULL);
    for (int i = 0; i < caught_count; i++) sigaction(caught[i], &old[i], NULL);
    for (int i = 1; i < 32; i++) {
        if (arrived[i]) seen |= 1u << i;
    }
    return seen;
}
int csys_terminal_interrupted(void) { return any; }

int csys_terminal_size(int fd, unsigned *columns, unsigned *rows) {
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) < 0) return -errno;
    *columns = size.ws_col;
    *rows = size.ws_row;
    return 0;
}
