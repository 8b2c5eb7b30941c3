#include "CData.h"

static const unsigned char six_en[] = {
#embed "files/words/six.en.txt"
};
static const unsigned char six_fr[] = {
#embed "files/words/six.fr.txt"
};
static const unsigned char code_en_first[] = {
#embed "files/words/code.en.first.txt"
};
static const unsigned char code_en_second[] = {
#embed "files/words/code.en.second.txt"
};
static const unsigned char code_fr_first[] = {
#embed "files/words/code.fr.first.txt"
};
static const unsigned char code_fr_second[] = {
#embed "files/words/code.fr.second.txt"
};

static const struct cdata_file files[] = {
    {"six.en", six_en, sizeof six_en},
    {"six.fr", six_fr, sizeof six_fr},
    {"code.en.first", code_en_first, sizeof code_en_first},
    {"code.en.second", code_en_second, sizeof code_en_second},
    {"code.fr.first", code_fr_first, sizeof code_fr_first},
    {"code.fr.second", code_fr_second, sizeof code_fr_second},
};

const struct cdata_file *cdata_words(size_t *count) {
    *count = sizeof files / sizeof files[0];
    return files;
}
