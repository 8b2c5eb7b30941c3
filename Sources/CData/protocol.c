#include "CData.h"

static const unsigned char readme[] = {
#embed "files/protocol/README"
};

static const struct cdata_file files[] = {
    {"README", readme, sizeof readme},
};

const struct cdata_file *cdata_protocol(size_t *count) {
    *count = sizeof files / sizeof files[0];
    return files;
}
