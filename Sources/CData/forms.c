#include "CData.h"

// The catalogue of forms, its code lists and its labels: one array a file of files/forms.

static const unsigned char catalogue[] = {
#embed "files/forms/catalogue.json"
};

static const unsigned char codes[] = {
#embed "files/forms/codes.json"
};

static const unsigned char iso[] = {
#embed "files/forms/iso.json"
};

static const unsigned char labels_en[] = {
#embed "files/forms/labels-en.json"
};

static const unsigned char labels_fr[] = {
#embed "files/forms/labels-fr.json"
};

static const unsigned char iso_en[] = {
#embed "files/forms/iso-en.json"
};

static const unsigned char iso_fr[] = {
#embed "files/forms/iso-fr.json"
};

static const unsigned char case_form[] = {
#embed "files/forms/case.json"
};

static const unsigned char identity[] = {
#embed "files/forms/identity.json"
};

static const unsigned char safe_contact[] = {
#embed "files/forms/safe-contact.json"
};

static const unsigned char consent[] = {
#embed "files/forms/consent.json"
};

static const unsigned char identification[] = {
#embed "files/forms/identification.json"
};

static const unsigned char needs[] = {
#embed "files/forms/needs.json"
};

static const unsigned char risk[] = {
#embed "files/forms/risk.json"
};

static const unsigned char statement[] = {
#embed "files/forms/statement.json"
};

static const unsigned char evidence[] = {
#embed "files/forms/evidence.json"
};

static const unsigned char note[] = {
#embed "files/forms/note.json"
};

static const unsigned char night[] = {
#embed "files/forms/night.json"
};

static const struct cdata_file files[] = {
    {"catalogue", catalogue, sizeof catalogue},
    {"codes", codes, sizeof codes},
    {"iso", iso, sizeof iso},
    {"labels-en", labels_en, sizeof labels_en},
    {"labels-fr", labels_fr, sizeof labels_fr},
    {"iso-en", iso_en, sizeof iso_en},
    {"iso-fr", iso_fr, sizeof iso_fr},
    {"case", case_form, sizeof case_form},
    {"identity", identity, sizeof identity},
    {"safe-contact", safe_contact, sizeof safe_contact},
    {"consent", consent, sizeof consent},
    {"identification", identification, sizeof identification},
    {"needs", needs, sizeof needs},
    {"risk", risk, sizeof risk},
    {"statement", statement, sizeof statement},
    {"evidence", evidence, sizeof evidence},
    {"note", note, sizeof note},
    {"night", night, sizeof night},
};

const struct cdata_file *cdata_forms(size_t *count) {
    *count = sizeof files / sizeof files[0];
    return files;
}
