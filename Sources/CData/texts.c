#include "CData.h"

static const unsigned char en[] = {
#embed "files/texts/en.json"
};
static const unsigned char fr[] = {
#embed "files/texts/fr.json"
};

static const struct cdata_file files[] = {
    {"en", en, sizeof en},
    {"fr", fr, sizeof fr},
};

const struct cdata_file *cdata_texts(size_t *count) {
    *count = sizeof files / sizeof files[0];
    return files;
}
