#ifndef CSYSTEM_H
#define CSYSTEM_H
// One system call each, no policy: every function returns -errno when it fails, 0 or a count otherwise.
// Flags and modes are the numbers below, so that no Swift file needs the C library's own headers.
#include <stddef.h>
#include <stdint.h>

// Flags of csys_openat. O_CLOEXEC and O_NOCTTY are always added.
extern const int csys_read_only, csys_write_only, csys_read_write;
extern const int csys_create, csys_exclusive, csys_truncate, csys_append, csys_no_follow, csys_directory, csys_non_blocking;
extern const int csys_here;  // AT_FDCWD

struct csys_status {
    uint64_t device, inode, size, links;
    uint32_t mode, uid, gid;
    int64_t modified, changed;  // nanoseconds
};

// files.c
int csys_openat(int folder, const char *_Nonnull name, int flags, unsigned mode);
int csys_open_nameless(int folder, unsigned mode);  // a file for writing that is gone when it is closed
int csys_give_name(int fd, int folder, const char *_Nonnull name);  // to such a file; refuses to replace
int csys_close(int fd);
long csys_read(int fd, void *_Nonnull bytes, size_t count);
long csys_write(int fd, const void *_Nonnull bytes, size_t count);
long csys_pread(int fd, void *_Nonnull bytes, size_t count, uint64_t offset);
long csys_pwrite(int fd, const void *_Nonnull bytes, size_t count, uint64_t offset);
int csys_fsync(int fd);
int csys_fdatasync(int fd);
int csys_ftruncate(int fd, uint64_t size);
int csys_is_in_memory(int fd);  // whether it lies on a file system that never reaches a disk, swap aside
int csys_fstat(int fd, struct csys_status *_Nonnull status);
int csys_fstatat(int folder, const char *_Nonnull name, struct csys_status *_Nonnull status);  // no link followed
long csys_path(int fd, char *_Nonnull path, size_t count);  // where an open file or folder lies, not ended by NUL
int csys_fchmod(int fd, unsigned mode);
int csys_fchmodat(int folder, const char *_Nonnull name, unsigned mode);
int csys_mkdirat(int folder, const char *_Nonnull name, unsigned mode);
int csys_renameat(int from, const char *_Nonnull name, int to, const char *_Nonnull target, int replace);
int csys_unlinkat(int folder, const char *_Nonnull name, int is_folder);
int csys_flock(int fd);  // exclusive, does not wait
int csys_funlock(int fd);
int csys_opendir(int fd, void *_Nullable *_Nonnull list);  // takes fd when it succeeds
int csys_readdir(void *_Nonnull list, const char *_Nullable *_Nonnull name);  // NULL at the end
void csys_closedir(void *_Nonnull list);
int csys_duplicate(int fd);  // F_DUPFD_CLOEXEC
int csys_reopen_read_only(int fd);  // a new open file of the same file
int csys_close_on_exec(int fd);
int csys_status_flags(int fd);  // F_GETFL
int csys_pipe(int *_Nonnull ends);
int csys_same_file_system(int a, int b);
int64_t csys_free_bytes(int fd);  // what we may still write on the file system of an open file

// memory.c
int csys_memfd(const char *_Nonnull name);
int csys_seal(int fd);        // SEAL | SHRINK | GROW | WRITE
int csys_seals(int fd);       // F_GET_SEALS
extern const int csys_all_seals;
int csys_can_lock_memory(void);
void csys_wipe(void *_Nonnull bytes, size_t count);
void csys_wipe_stack(void);  // overwrites the 64 KiB below the caller's frame

// sockets.c
struct csys_peer {
    int32_t pid;
    uint32_t uid, gid;
};
int csys_socket(int datagram);
int csys_socket_pair(int *_Nonnull ends);
int csys_bind(int fd, const char *_Nonnull path, size_t count);  // a leading NUL names an abstract socket
int csys_connect(int fd, const char *_Nonnull path, size_t count);
int csys_listen(int fd, int backlog);
int csys_accept(int fd);
int csys_shutdown(int fd, int reading_only);
int csys_non_waiting(int fd);  // O_NONBLOCK
int csys_peer_credentials(int fd, struct csys_peer *_Nonnull peer);
int csys_peer_pidfd(int fd);
int csys_can_prove_peers(void);  // whether the kernel has SO_PEERPIDFD
int csys_is_listening(int fd);  // 1 for a listening AF_UNIX stream socket, 0 for anything else
int csys_receive_timeout(int fd, unsigned milliseconds);
int csys_send_timeout(int fd, unsigned milliseconds);
/// Waits until fd is readable: 1 readable or hung up, 0 time over.
int csys_poll(int fd, int timeout_milliseconds);
int csys_hung_up(int fd);  // 1 when the other end of a socket has closed both directions
/// Waits for any of count descriptors; sets ready[i] to 1. -1 as time waits for ever.
int csys_poll_many(const int *_Nonnull fds, unsigned char *_Nonnull ready, size_t count, int timeout_milliseconds);
long csys_send(int fd, const void *_Nonnull bytes, size_t count, const int *_Nullable fds, size_t fd_count);
/// Bytes received; up to fd_max descriptors in fds. *truncated is 1 when more were sent than fd_max (the kernel closed them).
long csys_receive(
    int fd, void *_Nonnull bytes, size_t count, int *_Nonnull fds, size_t fd_max, size_t *_Nonnull fd_count,
    int *_Nonnull truncated);

// process.c
int csys_not_dumpable(void);
int csys_is_dumpable(void);
int csys_no_core(void);
int csys_no_new_privileges(void);
int csys_has_no_new_privileges(void);
int csys_open_files_limit(uint64_t wanted);  // raises the soft limit as far as the hard one; returns what holds now
int csys_exec(const char *_Nonnull path, char *_Nullable const *_Nonnull arguments);  // returns only on failure
const char *_Nullable csys_environment(const char *_Nonnull name);
int csys_set_environment(const char *_Nonnull name, const char *_Nonnull value);
int csys_unset_environment(const char *_Nonnull name);
int csys_pid(void);
uint32_t csys_uid(void);
uint32_t csys_gid(void);
int csys_session(int pid);  // getsid
int csys_open_process(int pid);  // a descriptor that becomes readable when the process ends
unsigned csys_umask(unsigned mask);
int csys_is_terminal(int fd);
void csys_exit(int status) __attribute__((noreturn));  // _exit
int csys_keep_standard(void);              // 0, 1 and 2 are open from here on
int csys_ignore_broken_pipe(void);
int csys_signal_descriptor(void);          // SIGTERM, SIGINT, SIGHUP blocked in this thread and those it starts
int csys_read_signal(int fd);              // number of the signal
int csys_raise(int signal);
int csys_user(uint32_t uid, char *_Nonnull name, size_t count);
int csys_user_id(const char *_Nonnull name, uint32_t *_Nonnull uid);
void csys_error_text(int code, char *_Nonnull text, size_t count);

// spawn.c
/// Starts a program whose descriptors 0, 1, 2, ... are fds[0...count-1], with no signal blocked; its number in *pid.
int csys_spawn(
    const char *_Nonnull path, char *_Nullable const *_Nonnull arguments, const int *_Nonnull fds, size_t count,
    int *_Nonnull pid);
int csys_wait(int pid);  // exit status, or 128 + signal
int csys_kill(int pid, int signal);

// threads.c
struct csys_lock;  // a mutex and a condition variable on the monotonic clock, pinned on the heap
struct csys_lock *_Nonnull csys_lock_make(void);
void csys_lock_free(struct csys_lock *_Nonnull lock);
void csys_lock_enter(struct csys_lock *_Nonnull lock);
void csys_lock_leave(struct csys_lock *_Nonnull lock);
void csys_lock_wait(struct csys_lock *_Nonnull lock);
int csys_lock_wait_until(struct csys_lock *_Nonnull lock, int64_t monotonic_nanoseconds);  // 0 woken, 1 time over
void csys_lock_wake_all(struct csys_lock *_Nonnull lock);
int csys_thread(size_t stack_bytes, void *_Nullable (*_Nonnull run)(void *_Nullable), void *_Nullable context);

// time.c
int64_t csys_wall_seconds(void);
int64_t csys_boot_nanoseconds(void);
int64_t csys_monotonic_nanoseconds(void);
void csys_sleep(unsigned milliseconds);
void csys_sleep_until(int64_t monotonic_nanoseconds);
struct csys_local {
    int32_t year, month, day, hour, minute, second, offset;  // offset: seconds east of UTC
};
int csys_set_zone(const char *_Nonnull zone);
int csys_local_time(int64_t seconds, struct csys_local *_Nonnull local);

// terminal.c
// Sets echo and remembers what was set before; drops what was typed ahead unless keep is 1.
int csys_terminal_quiet(int fd, int echo, int keep);
// Drops what was typed since and what follows within a moment, unless keep is 1; the rest of a marked paste too.
int csys_terminal_restore(int fd, int keep, int in_paste);
int csys_terminal_drop(int fd);  // drops what was typed and not read, and what follows within a moment
void csys_terminal_catch_signals(void);
unsigned csys_terminal_release_signals(void);  // bit n = signal n arrived meanwhile
int csys_terminal_keys(int fd);  // each key as it is pressed, unechoed; what was typed before is dropped
int csys_terminal_wait(int fd, int timeout_milliseconds);  // 1 for a key, 0 after the time, -EINTR for a signal
int csys_terminal_interrupted(void);
int csys_terminal_size(int fd, unsigned *_Nonnull columns, unsigned *_Nonnull rows);
extern const unsigned csys_stop_signals;  // as bits: those that stop a program, and do not end it
#endif
