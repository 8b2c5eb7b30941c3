#include "CData.h"

static const unsigned char page_css[] = {
#embed "files/evidence/page.css"
};
static const unsigned char page_en_json[] = {
#embed "files/evidence/page-en.json"
};
static const unsigned char page_fr_json[] = {
#embed "files/evidence/page-fr.json"
};
static const unsigned char letter_en_txt[] = {
#embed "files/evidence/letter-en.txt"
};
static const unsigned char letter_fr_txt[] = {
#embed "files/evidence/letter-fr.txt"
};
static const unsigned char verify_en_json[] = {
#embed "files/evidence/verify-en.json"
};
static const unsigned char verify_fr_json[] = {
#embed "files/evidence/verify-fr.json"
};

static const struct cdata_file files[] = {
    {"page.css", page_css, sizeof page_css},
    {"page-en.json", page_en_json, sizeof page_en_json},
    {"page-fr.json", page_fr_json, sizeof page_fr_json},
    {"letter-en.txt", letter_en_txt, sizeof letter_en_txt},
    {"letter-fr.txt", letter_fr_txt, sizeof letter_fr_txt},
    {"verify-en.json", verify_en_json, sizeof verify_en_json},
    {"verify-fr.json", verify_fr_json, sizeof verify_fr_json},
};

const struct cdata_file *cdata_evidence(size_t *count) {
    *count = sizeof files / sizeof files[0];
    return files;
}
