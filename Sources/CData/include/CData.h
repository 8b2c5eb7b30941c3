#ifndef CDATA_H
#define CDATA_H
// Files that ship inside the binaries, as bytes. One function a group; each group is one .c file here.
#include <stddef.h>

struct cdata_file {
    const char *_Nonnull name;
    const unsigned char *_Nonnull bytes;
    size_t count;
};

/// Forms, code lists and their labels (HavreForms).
const struct cdata_file *_Nonnull cdata_forms(size_t *_Nonnull count);
/// Word lists: six words, code names (HavreForms). One word a line, ASCII, sorted.
const struct cdata_file *_Nonnull cdata_words(size_t *_Nonnull count);
/// Texts of the client, one catalogue a language (HavreCommands).
const struct cdata_file *_Nonnull cdata_texts(size_t *_Nonnull count);
/// Fictional people for the demo and the decoys (HavreSamples).
const struct cdata_file *_Nonnull cdata_samples(size_t *_Nonnull count);
/// The interface text served verbatim (HavreWire).
const struct cdata_file *_Nonnull cdata_protocol(size_t *_Nonnull count);
/// Page, letters and profiles of the evidence bundle (HavreEvidence).
const struct cdata_file *_Nonnull cdata_evidence(size_t *_Nonnull count);
#endif
