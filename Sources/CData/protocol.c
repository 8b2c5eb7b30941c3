#include "CData.h"

static const unsigned char vault[] = {
#embed "files/protocol/org.havre.Vault.varlink"
};
static const unsigned char service[] = {
#embed "files/protocol/org.varlink.service.varlink"
};

static const struct cdata_file files[] = {
    {"org.havre.Vault.varlink", vault, sizeof vault},
    {"org.varlink.service.varlink", service, sizeof service},
};

const struct cdata_file *cdata_protocol(size_t *count) {
    *count = sizeof files / sizeof files[0];
    return files;
}
