#include "CSystem.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

struct csys_lock {
    pthread_mutex_t mutex;
    pthread_cond_t condition;
};

// A lock that cannot be made, taken or left means memory is spoilt: there is no way on.
static void must(int wrong) {
    if (wrong) abort();
}

struct csys_lock *csys_lock_make(void) {
    struct csys_lock *lock = malloc(sizeof *lock);
    if (lock == NULL) abort();
    pthread_condattr_t attributes;
    must(pthread_condattr_init(&attributes));
    must(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC));
    must(pthread_mutex_init(&lock->mutex, NULL));
    must(pthread_cond_init(&lock->condition, &attributes));
    must(pthread_condattr_destroy(&attributes));
    return lock;
}
void csys_lock_free(struct csys_lock *lock) {
    must(pthread_cond_destroy(&lock->condition));
    must(pthread_mutex_destroy(&lock->mutex));
    free(lock);
}
void csys_lock_enter(struct csys_lock *lock) { must(pthread_mutex_lock(&lock->mutex)); }
void csys_lock_leave(struct csys_lock *lock) { must(pthread_mutex_unlock(&lock->mutex)); }
void csys_lock_wait(struct csys_lock *lock) { must(pthread_cond_wait(&lock->condition, &lock->mutex)); }
int csys_lock_wait_until(struct csys_lock *lock, int64_t nanoseconds) {
    struct timespec until = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
    int result = pthread_cond_timedwait(&lock->condition, &lock->mutex, &until);
    if (result != ETIMEDOUT) must(result);
    return result == ETIMEDOUT;
}
void csys_lock_wake_all(struct csys_lock *lock) { must(pthread_cond_broadcast(&lock->condition)); }

int csys_thread(size_t stack_bytes, void *(*run)(void *), void *context) {
    pthread_attr_t attributes;
    pthread_t thread;
    int wrong = pthread_attr_init(&attributes);
    if (wrong) return -wrong;
    wrong = pthread_attr_setstacksize(&attributes, stack_bytes);
    if (!wrong) wrong = pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    // Signals belong to the thread that waits for them: none is delivered to this one.
    sigset_t all, before;
    sigfillset(&all);
    if (!wrong) wrong = pthread_sigmask(SIG_SETMASK, &all, &before);
    if (!wrong) {
        wrong = pthread_create(&thread, &attributes, run, context);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    pthread_attr_destroy(&attributes);
    return -wrong;
}
