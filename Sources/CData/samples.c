#include "CData.h"

static const unsigned char readme[] = {
#embed "files/samples/README"
};

static const struct cdata_file files[] = {
    {"README", readme, sizeof readme},
};

const struct cdata_file *cdata_samples(size_t *count) {
    *count = sizeof files / sizeof files[0];
    return files;
}
