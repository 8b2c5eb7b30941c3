#include "CSystem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

const int csys_read_only = O_RDONLY, csys_write_only = O_WRONLY, csys_read_write = O_RDWR;
const int csys_create = O_CREAT, csys_exclusive = O_EXCL, csys_truncate = O_TRUNC, csys_append = O_APPEND;
const int csys_no_follow = O_NOFOLLOW, csys_directory = O_DIRECTORY, csys_non_blocking = O_NONBLOCK;
const int csys_here = AT_FDCWD;

static int answer(int result) { return result < 0 ? -errno : result; }
static long count_or_error(ssize_t result) { return result < 0 ? -errno : result; }

int csys_openat(int folder, const char *name, int flags, unsigned mode) {
    return answer(openat(folder, name, flags | O_CLOEXEC | O_NOCTTY, mode));
}
int csys_open_nameless(int folder, unsigned mode) {
    return answer(openat(folder, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, mode));
}
int csys_give_name(int fd, int folder, const char *name) {
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return answer(linkat(AT_FDCWD, path, folder, name, AT_SYMLINK_FOLLOW));
}
int csys_close(int fd) { return answer(close(fd)); }
long csys_read(int fd, void *bytes, size_t count) { return count_or_error(read(fd, bytes, count)); }
long csys_write(int fd, const void *bytes, size_t count) { return count_or_error(write(fd, bytes, count)); }
long csys_pread(int fd, void *bytes, size_t count, uint64_t offset) {
    return count_or_error(pread(fd, bytes, count, (off_t)offset));
}
long csys_pwrite(int fd, const void *bytes, size_t count, uint64_t offset) {
    return count_or_error(pwrite(fd, bytes, count, (off_t)offset));
}
int csys_fsync(int fd) { return answer(fsync(fd)); }
int csys_fdatasync(int fd) { return answer(fdatasync(fd)); }
int csys_ftruncate(int fd, uint64_t size) { return answer(ftruncate(fd, (off_t)size)); }

static void copy_status(const struct stat *from, struct csys_status *to) {
    to->device = from->st_dev;
    to->inode = from->st_ino;
    to->size = (uint64_t)from->st_size;
    to->links = from->st_nlink;
    to->mode = from->st_mode;
    to->uid = from->st_uid;
    to->gid = from->st_gid;
    to->modified = from->st_mtim.tv_sec * 1000000000 + from->st_mtim.tv_nsec;
    to->changed = from->st_ctim.tv_sec * 1000000000 + from->st_ctim.tv_nsec;
}
int csys_fstat(int fd, struct csys_status *status) {
    struct stat found;
    if (fstat(fd, &found) < 0) return -errno;
    copy_status(&found, status);
    return 0;
}
int csys_fstatat(int folder, const char *name, struct csys_status *status) {
    struct stat found;
    if (fstatat(folder, name, &found, AT_SYMLINK_NOFOLLOW) < 0) return -errno;
    copy_status(&found, status);
    return 0;
}
long csys_path(int fd, char *path, size_t count) {
    char link[32];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    return count_or_error(readlink(link, path, count));
}
int csys_fchmod(int fd, unsigned mode) { return answer(fchmod(fd, mode)); }
int csys_fchmodat(int folder, const char *name, unsigned mode) { return answer(fchmodat(folder, name, mode, 0)); }
int csys_mkdirat(int folder, const char *name, unsigned mode) { return answer(mkdirat(folder, name, mode)); }
int csys_renameat(int from, const char *name, int to, const char *target, int replace) {
    return answer(renameat2(from, name, to, target, replace ? 0 : RENAME_NOREPLACE));
}
int csys_unlinkat(int folder, const char *name, int is_folder) {
    return answer(unlinkat(folder, name, is_folder ? AT_REMOVEDIR : 0));
}
int csys_flock(int fd) { return answer(flock(fd, LOCK_EX | LOCK_NB)); }
int csys_funlock(int fd) { return answer(flock(fd, LOCK_UN)); }

int csys_opendir(int fd, void **list) {
    DIR *opened = fdopendir(fd);
    if (opened == NULL) return -errno;
    rewinddir(opened);
    *list = opened;
    return 0;
}
int csys_readdir(void *list, const char **name) {
    errno = 0;
    struct dirent *next = readdir(list);
    *name = next == NULL ? NULL : next->d_name;
    return -errno;
}
void csys_closedir(void *list) { closedir(list); }

int csys_reopen_read_only(int fd) {
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return answer(open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY));
}
int csys_duplicate(int fd) { return answer(fcntl(fd, F_DUPFD_CLOEXEC, 3)); }
int csys_close_on_exec(int fd) { return answer(fcntl(fd, F_SETFD, FD_CLOEXEC)); }
int csys_status_flags(int fd) { return answer(fcntl(fd, F_GETFL)); }
int csys_pipe(int *ends) { return answer(pipe2(ends, O_CLOEXEC)); }
int64_t csys_free_bytes(int fd) {
    struct statvfs room;
    if (fstatvfs(fd, &room) < 0) return -errno;
    uint64_t bytes = (uint64_t)room.f_bavail * room.f_frsize;
    return bytes > INT64_MAX ? INT64_MAX : (int64_t)bytes;
}
int csys_same_file_system(int a, int b) {
    struct stat first, second;
    if (fstat(a, &first) < 0 || fstat(b, &second) < 0) return -errno;
    return first.st_dev == second.st_dev;
}

int csys_is_in_memory(int fd) {
    struct statfs found;
    if (fstatfs(fd, &found) < 0) return -errno;
    return found.f_type == 0x01021994 || found.f_type == (__typeof__(found.f_type))0x858458f6;  // tmpfs, ramfs
}
