#ifndef CSYSTEM_H
#define CSYSTEM_H
// One system call each, no policy: every function returns -errno when it fails.
#include <stdint.h>
#endif
