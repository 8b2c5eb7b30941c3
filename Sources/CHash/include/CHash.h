// SHA-256 by the processor's own instructions, where it has them: libsodium's portable one takes five times as long,
// and is what an attachment waits for. No policy here: who asks first whether they are there, and uses libsodium's
// otherwise, is HavreSecrets.
#pragma once
#include <stddef.h>
#include <stdint.h>

struct chash_sha256 {
    uint32_t state[8];
    uint64_t byte_count;
    uint8_t block[64];
};

/// Whether this processor has the instructions; nothing else here may be called without.
int chash_sha256_is_here(void);
void chash_sha256_init(struct chash_sha256 *_Nonnull hash);
void chash_sha256_update(struct chash_sha256 *_Nonnull hash, const uint8_t *_Nullable bytes, size_t count);
/// Writes 32 bytes.
void chash_sha256_final(struct chash_sha256 *_Nonnull hash, uint8_t *_Nonnull out);
