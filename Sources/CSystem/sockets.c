#include "CSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77  // Linux 6.5; glibc 2.36 has no name for it
#endif
enum { fd_limit = 253 };  // SCM_MAX_FD

static int answer(int result) { return result < 0 ? -errno : result; }

int csys_socket(int datagram) {
    return answer(socket(AF_UNIX, (datagram ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0));
}
int csys_socket_pair(int *ends) { return answer(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)); }

static int address(const char *path, size_t count, struct sockaddr_un *to, socklen_t *size) {
    memset(to, 0, sizeof *to);
    to->sun_family = AF_UNIX;
    if (count == 0 || count >= sizeof to->sun_path) return -ENAMETOOLONG;
    memcpy(to->sun_path, path, count);
    // An abstract name is exactly its bytes; a path ends with a NUL.
    *size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + count + (path[0] == 0 ? 0 : 1));
    return 0;
}
int csys_bind(int fd, const char *path, size_t count) {
    struct sockaddr_un name;
    socklen_t size;
    int wrong = address(path, count, &name, &size);
    return wrong ? wrong : answer(bind(fd, (struct sockaddr *)&name, size));
}
int csys_connect(int fd, const char *path, size_t count) {
    struct sockaddr_un name;
    socklen_t size;
    int wrong = address(path, count, &name, &size);
    return wrong ? wrong : answer(connect(fd, (struct sockaddr *)&name, size));
}
int csys_listen(int fd, int backlog) { return answer(listen(fd, backlog)); }
int csys_accept(int fd) { return answer(accept4(fd, NULL, NULL, SOCK_CLOEXEC)); }
int csys_shutdown(int fd, int reading_only) { return answer(shutdown(fd, reading_only ? SHUT_RD : SHUT_RDWR)); }
int csys_non_waiting(int fd) {
    int flags = fcntl(fd, F_GETFL);
    return answer(flags < 0 ? flags : fcntl(fd, F_SETFL, flags | O_NONBLOCK));
}

int csys_peer_credentials(int fd, struct csys_peer *peer) {
    struct ucred found;
    socklen_t size = sizeof found;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &found, &size) < 0) return -errno;
    peer->pid = found.pid;
    peer->uid = found.uid;
    peer->gid = found.gid;
    return 0;
}
int csys_peer_pidfd(int fd) {
    int found = -1;
    socklen_t size = sizeof found;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERPIDFD, &found, &size) < 0) return -errno;
    return found;
}
int csys_can_prove_peers(void) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) return 0;
    int process = csys_peer_pidfd(ends[0]);
    if (process >= 0) close(process);
    close(ends[0]);
    close(ends[1]);
    return process >= 0;
}
int csys_is_listening(int fd) {
    int domain = 0, type = 0, listening = 0;
    socklen_t size = sizeof(int);
    if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) < 0) return 0;
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0) return 0;
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) < 0) return 0;
    return domain == AF_UNIX && type == SOCK_STREAM && listening;
}

static int timeout(int fd, int which, unsigned milliseconds) {
    struct timeval time = {.tv_sec = milliseconds / 1000, .tv_usec = (milliseconds % 1000) * 1000};
    return answer(setsockopt(fd, SOL_SOCKET, which, &time, sizeof time));
}
int csys_receive_timeout(int fd, unsigned milliseconds) { return timeout(fd, SO_RCVTIMEO, milliseconds); }
int csys_send_timeout(int fd, unsigned milliseconds) { return timeout(fd, SO_SNDTIMEO, milliseconds); }

int csys_poll(int fd, int timeout_milliseconds) {
    struct pollfd one = {.fd = fd, .events = POLLIN};
    return answer(poll(&one, 1, timeout_milliseconds));
}
int csys_hung_up(int fd) {
    struct pollfd one = {.fd = fd};
    int result = answer(poll(&one, 1, 0));
    return result < 0 ? result : (one.revents & (POLLHUP | POLLERR)) != 0;
}

int csys_poll_many(const int *fds, unsigned char *ready, size_t count, int timeout_milliseconds) {
    struct pollfd all[16];
    if (count > sizeof all / sizeof all[0]) return -EINVAL;
    for (size_t i = 0; i < count; i++) all[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
    int result = answer(poll(all, count, timeout_milliseconds));
    for (size_t i = 0; i < count; i++) ready[i] = result > 0 && all[i].revents != 0;
    return result;
}

long csys_send(int fd, const void *bytes, size_t count, const int *fds, size_t fd_count) {
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = count};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    union {
        char room[CMSG_SPACE(sizeof(int) * fd_limit)];
        struct cmsghdr aligned;
    } control;
    if (fd_count > fd_limit) return -EINVAL;
    if (fd_count > 0) {
        memset(&control, 0, sizeof control);
        message.msg_control = control.room;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * fd_count);
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int) * fd_count);
        memcpy(CMSG_DATA(header), fds, sizeof(int) * fd_count);
    }
    ssize_t sent = sendmsg(fd, &message, MSG_NOSIGNAL);
    return sent < 0 ? -errno : sent;
}

long csys_receive(
    int fd, void *bytes, size_t count, int *fds, size_t fd_max, size_t *fd_count, int *truncated) {
    struct iovec part = {.iov_base = bytes, .iov_len = count};
    union {
        char room[CMSG_SPACE(sizeof(int) * fd_limit)];
        struct cmsghdr aligned;
    } control;
    *fd_count = 0;
    *truncated = 0;
    if (fd_max > fd_limit) return -EINVAL;
    // Room for fd_max descriptors and no more: the kernel never installs the surplus in this process.
    // CMSG_LEN, not CMSG_SPACE: its padding would be room for one more.
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.room};
    message.msg_controllen = CMSG_LEN(sizeof(int) * fd_max);
    ssize_t got = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
    if (got < 0) return -errno;
    *truncated = (message.msg_flags & MSG_CTRUNC) != 0;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header != NULL; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        size_t here = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < here; i++) {
            int passed;
            memcpy(&passed, CMSG_DATA(header) + i * sizeof(int), sizeof passed);
            if (*fd_count < fd_max) {
                fds[(*fd_count)++] = passed;
            } else {
                close(passed);
                *truncated = 1;
            }
        }
    }
    return got;
}
