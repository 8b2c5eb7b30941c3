#include "CSystem.h"

#include <errno.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>

// One terminal a process: what was set before the prompt, and the signals that came during it.
static struct termios before;
static volatile sig_atomic_t arrived[32];
static volatile sig_atomic_t any;
static const int caught[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU};
enum { caught_count = sizeof caught / sizeof caught[0] };
static struct sigaction old[caught_count];

const int csys_stop_signal = SIGTSTP;

int csys_terminal_quiet(int fd, int echo) {
    if (tcgetattr(fd, &before) < 0) return -errno;
    struct termios quiet = before;
    quiet.c_lflag |= ICANON | ISIG;
    quiet.c_iflag |= ICRNL;
    if (!echo) quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
    return tcsetattr(fd, TCSAFLUSH, &quiet) < 0 ? -errno : 0;
}
int csys_terminal_restore(int fd) { return tcsetattr(fd, TCSAFLUSH, &before) < 0 ? -errno : 0; }

static void note(int signal) {
    arrived[signal] = 1;
    any = 1;
}
void csys_terminal_catch_signals(void) {
    any = 0;
    for (int i = 0; i < 32; i++) arrived[i] = 0;
    // Without SA_RESTART: the read of the prompt ends, the terminal is put back, then the signal is raised again.
    struct sigaction action = {.sa_handler = note};
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < caught_count; i++) sigaction(caught[i], &action, &old[i]);
}
unsigned csys_terminal_release_signals(void) {
    unsigned seen = 0;
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
