#include "CData.h"

static const unsigned char staff[] = {
#embed "files/samples/staff.json"
};
static const unsigned char asylum[] = {
#embed "files/samples/asylum.json"
};
static const unsigned char shelter[] = {
#embed "files/samples/shelter.json"
};
static const unsigned char child[] = {
#embed "files/samples/child.json"
};
static const unsigned char carnet[] = {
#embed "files/samples/carnet.jpg"
};
static const unsigned char messages[] = {
#embed "files/samples/messages.png"
};
static const unsigned char maison[] = {
#embed "files/samples/maison.jpg"
};
static const unsigned char certificat[] = {
#embed "files/samples/certificat.pdf"
};
static const unsigned char people[] = {
#embed "files/samples/people.json"
};
static const unsigned char sentences_en[] = {
#embed "files/samples/sentences-en.json"
};
static const unsigned char sentences_fr[] = {
#embed "files/samples/sentences-fr.json"
};

static const struct cdata_file files[] = {
    {"staff.json", staff, sizeof staff},
    {"asylum.json", asylum, sizeof asylum},
    {"shelter.json", shelter, sizeof shelter},
    {"child.json", child, sizeof child},
    {"carnet.jpg", carnet, sizeof carnet},
    {"messages.png", messages, sizeof messages},
    {"maison.jpg", maison, sizeof maison},
    {"certificat.pdf", certificat, sizeof certificat},
    {"people.json", people, sizeof people},
    {"sentences-en.json", sentences_en, sizeof sentences_en},
    {"sentences-fr.json", sentences_fr, sizeof sentences_fr},
};

const struct cdata_file *cdata_samples(size_t *count) {
    *count = sizeof files / sizeof files[0];
    return files;
}
