#include "CSystem.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

static int64_t nanoseconds(clockid_t clock) {
    struct timespec now;
    if (clock_gettime(clock, &now) < 0) abort();
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
int64_t csys_wall_seconds(void) {
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) < 0) abort();
    return now.tv_sec;
}
int64_t csys_boot_nanoseconds(void) { return nanoseconds(CLOCK_BOOTTIME); }
int64_t csys_monotonic_nanoseconds(void) { return nanoseconds(CLOCK_MONOTONIC); }

void csys_sleep(unsigned milliseconds) {
    struct timespec time = {.tv_sec = milliseconds / 1000, .tv_nsec = (milliseconds % 1000) * 1000000L};
    nanosleep(&time, NULL);
}

void csys_sleep_until(int64_t monotonic_nanoseconds) {
    struct timespec time = {
        .tv_sec = monotonic_nanoseconds / 1000000000, .tv_nsec = monotonic_nanoseconds % 1000000000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == EINTR) {
    }
}

int csys_set_zone(const char *zone) {
    if (setenv("TZ", zone, 1) < 0) return -errno;
    tzset();
    return 0;
}
int csys_local_time(int64_t seconds, struct csys_local *local) {
    struct tm found;
    time_t at = seconds;
    if (localtime_r(&at, &found) == NULL) return -EOVERFLOW;
    *local = (struct csys_local){
        found.tm_year + 1900, found.tm_mon + 1, found.tm_mday, found.tm_hour,
        found.tm_min,         found.tm_sec,     (int32_t)found.tm_gmtoff,
    };
    return 0;
}
