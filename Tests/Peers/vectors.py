#!/usr/bin/env python3
"""Recomputes Keys/vectors with PyNaCl, hashlib and plain Python: a second implementation of Havre's constructions.

Prints how many vectors of each kind agreed; exits 1 at the first that does not. Without PyNaCl: `SKIPPED n`.
"""

import hashlib
import hmac
import json
import pathlib
import struct
import sys
import unicodedata

import ristretto

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "Keys" / "vectors"
un = bytes.fromhex


def load(name):
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))


try:
    from nacl import bindings as nacl
except ImportError:
    print("SKIPPED", sum(len(json.loads(p.read_text("utf-8"))) for p in FOLDER.glob("*.json")))
    sys.exit(0)


def lp(data):
    return struct.pack("<I", len(data)) + data


def encode(fact):
    """The bytes of one fact, before LP."""
    ((kind, value),) = fact.items()
    if kind in ("bytes", "id", "digest"):
        return un(value)
    if kind == "int":
        return struct.pack("<Q", int(value))
    if kind == "text":
        return unicodedata.normalize("NFC", value).encode()
    return struct.pack("<Q", len(value)) + b"".join(lp(encode(item)) for item in value)


def context(kind, *facts):
    return lp(b"havre/1/" + kind.encode()) + b"".join(lp(fact) for fact in facts)


def integer(number):
    return struct.pack("<Q", number)


def keyed(key, data, size=32):
    return hashlib.blake2b(data, digest_size=size, key=key).digest()


def check_context(v):
    return context(v["kind"], *(encode(fact) for fact in v["facts"])) == un(v["bytes"])


def check_hash(v):
    if "blake2b256" in v:
        data = un(v["input"])
        return (
            hashlib.blake2b(data, digest_size=32).hexdigest() == v["blake2b256"]
            and hashlib.blake2b(data).hexdigest() == v["blake2b512"]
            and hashlib.sha256(data).hexdigest() == v["sha256"]
            and hashlib.sha512(data).hexdigest() == v["sha512"]
        )
    if "hmacSHA256" in v:
        return hmac.new(un(v["key"]), un(v["input"]), "sha256").hexdigest() == v["hmacSHA256"]
    if "hkdfSHA256" in v:
        extracted = hmac.new(un(v["salt"]) or bytes(32), un(v["input"]), "sha256").digest()
        return hmac.new(extracted, v["info"].encode() + b"\x01", "sha256").hexdigest() == v["hkdfSHA256"]
    if "scrypt" in v:
        out = hashlib.scrypt(un(v["passphrase"]), salt=un(v["salt"]), n=1 << v["logN"], r=8, p=1, dklen=32)
        return out.hex() == v["scrypt"]
    return (
        nacl.crypto_scalarmult_base(un(v["secret"])).hex() == v["publicPoint"]
        and nacl.crypto_scalarmult(un(v["secret"]), un(v["other"])).hex() == v["x25519"]
    )


def check_keyed(v):
    key, data = un(v["key"]), un(v["context"])
    return keyed(key, data).hex() == v["derived"] and (
        "tag" not in v
        or (
            keyed(key, data, 16).hex() == v["tag"]
            and keyed(key, data).hex() == v["digest"]
            and keyed(key, data, 64).hex() == v["digest512"]
        )
    )


def check_seal(v):
    about, nonce = un(v["context"]), un(v["nonce"])
    both = keyed(un(v["key"]), about + nonce, 64)
    body = nacl.crypto_aead_xchacha20poly1305_ietf_encrypt(un(v["message"]), about, nonce, both[:32])
    return (nonce + both[32:] + body).hex() == v["sealed"]


def check_pad(v):
    data = un(v["data"])
    sizes = sorted([1 << k for k in range(8, 21)] + [3 << k for k in range(7, 19)])
    size = next(s for s in sizes if s >= len(data) + 8)
    return len(sizes) == 25 and (integer(len(data)) + data).ljust(size, b"\0").hex() == v["padded"]


def padme(length):
    if length < 2:
        return length
    exponent = length.bit_length() - 1
    mask = (1 << max(0, exponent - exponent.bit_length())) - 1
    return (length + mask) & ~mask


def check_padme(v):
    return padme(max(256, v["byteCount"])) == v["padme"] and padme(v["byteCount"]) == v["withoutFloor"]


def check_sign(v):
    if "badPublicKey" in v:
        return not ristretto.edwards_is_good(un(v["badPublicKey"]))
    public, secret = nacl.crypto_sign_seed_keypair(un(v["seed"]))
    return (
        public.hex() == v["publicKey"]
        and ristretto.edwards_is_good(public)
        and nacl.crypto_sign(un(v["context"]), secret)[:64].hex() == v["signature"]
    )


def base64url(data):
    import base64

    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def check_statement(v):
    body = dict(v["body"], nonce=base64url(un(v["nonce"])))
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    signed = context("statement", v["kind"].encode(), text.encode())
    pairs = []
    for seed in v["seeds"]:
        public, secret = nacl.crypto_sign_seed_keypair(un(seed))
        pairs.append((public, nacl.crypto_sign(signed, secret)[:64]))
    pairs.sort()
    encoded = lp(v["kind"].encode()) + lp(text.encode()) + bytes([len(pairs)]) + b"".join(a + b for a, b in pairs)
    as_json = {
        "kind": v["kind"],
        "text": text,
        "signatures": [{"key": base64url(a), "signature": base64url(b)} for a, b in pairs],
    }
    return (
        text == v["text"]
        and encoded.hex() == v["encoded"]
        and as_json == v["json"]
        and hashlib.blake2b(signed, digest_size=32).hexdigest() == v["digest"]
    )


def check_passphrase(v):
    return unicodedata.normalize("NFC", un(v["typed"]).decode()).encode().hex() == v["normalised"]


def check_kek(v):
    output = nacl.crypto_pwhash_alg(
        32, un(v["passphrase"]), un(v["salt"]), v["passes"], v["memoryByteCount"], nacl.crypto_pwhash_ALG_ARGON2ID13
    )
    key = bytes(32) if v["keyFile"] is None else hashlib.blake2b(un(v["keyFile"]), digest_size=32).digest()
    costs = integer(2) + lp(integer(v["passes"])) + lp(integer(v["memoryByteCount"]))
    kek = keyed(key, context("kek", output, un(v["user"]), integer(v["slot"]), costs))
    return output.hex() == v["argon2id"] and kek.hex() == v["kek"]


def commitment(secret, v):
    facts = (un(v["vault"]), un(v["case"]), v["compartment"].encode(), integer(v["generation"]), secret)
    return hashlib.blake2b(context("compartment-commitment", *facts), digest_size=32).hexdigest()


def check_commitment(v):
    return commitment(un(v["secret"]), v) == v["commitment"]


def check_fingerprint(v):
    data = context("fingerprint", un(v["founding"]), un(v["attestation"]))
    return hashlib.blake2b(data, digest_size=32).hexdigest() == v["fingerprint"]


def check_share(v):
    if "badPoint" in v:
        point = ristretto.decode(un(v["badPoint"]))
        return point is None or point == ristretto.IDENTITY
    a = [int.from_bytes(un(c), "little") for c in v["coefficients"]]
    points = [ristretto.encode(ristretto.times(c, ristretto.GENERATOR)).hex() for c in a]
    head = un(v["case"]) + un(v["dealing"]) + integer(v["generation"])
    shares = []
    for x in range(1, len(v["shares"]) + 1):
        value = sum(c * x**power for power, c in enumerate(a)) % ristretto.L
        shares.append((head + bytes([x]) + value.to_bytes(32, "little") + v["compartment"].encode()).hex())
    return points == v["commitments"] and shares == v["shares"]


def check_stream(v):
    key, plain = un(v["key"]), bytes(i % 251 for i in range(v["plainByteCount"]))
    chunks = [plain[i : i + 65536] for i in range(0, len(plain), 65536)] or [b""]
    sealed = b""
    for number, chunk in enumerate(chunks):
        nonce = number.to_bytes(11, "big") + bytes([number == len(chunks) - 1])
        sealed += nacl.crypto_aead_chacha20poly1305_ietf_encrypt(chunk, None, nonce, key)
    return len(sealed) == v["sealedByteCount"] and hashlib.sha256(sealed).hexdigest() == v["sealedSHA256"]


def check_box(v):
    public = nacl.crypto_scalarmult_base(un(v["recipient"]))
    opened = nacl.crypto_box_seal_open(un(v["box"]), public, un(v["recipient"]))
    secrets = [un(s) for s in v["secrets"]]
    return public.hex() == v["recipientPublicKey"] and opened == lp(un(v["link"])) + bytes([len(secrets)]) + b"".join(secrets)


def check_two_keys(v):
    """A body made to open under two message keys: plain XChaCha20-Poly1305 takes both, the commitments differ."""
    about, nonce, body = un(v["context"]), un(v["nonce"]), un(v["body"])
    both = [keyed(un(key), about + nonce, 64) for key in v["keys"]]
    for half in both:
        nacl.crypto_aead_xchacha20poly1305_ietf_decrypt(body, about, nonce, half[:32])
    return both[0][32:] != both[1][32:]


CHECKS = {
    "context": check_context,
    "hash": check_hash,
    "keyed": check_keyed,
    "seal": check_seal,
    "pad": check_pad,
    "padme": check_padme,
    "sign": check_sign,
    "statement": check_statement,
    "passphrase": check_passphrase,
    "kek": check_kek,
    "commitment": check_commitment,
    "fingerprint": check_fingerprint,
    "share": check_share,
    "stream": check_stream,
    "box": check_box,
    "two-keys": check_two_keys,
}


def main():
    names = sorted(p.stem for p in FOLDER.glob("*.json"))
    if names != sorted(CHECKS):
        sys.exit(f"files and checks differ: {sorted(set(names) ^ set(CHECKS))}")
    total = 0
    for name, check in CHECKS.items():
        vectors = load(name)
        for number, vector in enumerate(vectors):
            if not check(vector):
                sys.exit(f"{name} {number} differs")
        print(f"{name} {len(vectors)}")
        total += len(vectors)
    print(f"vectors {total} agree")


main()
