#!/usr/bin/env python3
"""Judges the inputs that the fuzzer kept with independent readers: what a parser of ours takes, they take too, and they
read the same.

    peers.py FUZZ CORPUS [PARSER ...]

Ours are stricter on purpose; what they refuse says nothing. A reader that is not installed prints SKIPPED n.
"""

import base64
import binascii
import datetime
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tarfile

FUZZ, CORPUS, *NAMES = sys.argv[1:]


def taken(parser):
    """The kept inputs that ours takes, and what it says it read."""
    folder = os.path.join(CORPUS, parser)
    files = sorted(os.path.join(folder, name) for name in os.listdir(folder)) if os.path.isdir(folder) else []
    environment = dict(os.environ, HAVRE_FUZZ=parser, HAVRE_FUZZ_DO="judge")
    good = []
    for start in range(0, len(files), 500):
        said = subprocess.run([FUZZ, *files[start:start + 500]], env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=600)
        if said.returncode != 0:
            raise SystemExit("judge of %s ended by %d" % (parser, said.returncode))
        good += said.stdout.decode().splitlines()
    return len(files), [(os.path.basename(path), open(path, "rb").read()) for path in good]


def once(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a key twice")
    return members


def read_json(data):
    json.loads(data.decode("utf-8"), object_pairs_hook=once,
               parse_float=lambda text: int("no fraction"), parse_constant=lambda text: int("no constant"))


def read_base64(data):
    text = data.decode("ascii")
    ways = []
    if re.fullmatch("[0-9a-f]*", text) and len(text) % 2 == 0:
        ways.append(binascii.unhexlify(text).hex() == text)
    pad = "=" * (-len(text) % 4)
    ways.append(base64.urlsafe_b64encode(base64.urlsafe_b64decode(text + pad)).decode().rstrip("=") == text)
    if not ways[-1]:
        full = text if text.endswith("=") else text + pad
        again = base64.b64encode(base64.b64decode(full, validate=True)).decode()
        ways.append(text in (again, again.rstrip("=")))
    assert any(ways)


def read_dates(data):
    text = data.decode("ascii")
    if len(text) == 10:
        assert datetime.date.fromisoformat(text).isoformat() == text
    else:
        assert datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").year >= 1


def read_tar(data):
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        for member in archive.getmembers():
            assert member.isreg() or member.isdir(), member.type
            assert not member.name.startswith("/") and ".." not in member.name.split("/")
            if member.isreg():
                assert len(archive.extractfile(member).read()) == member.size


def read_note(data):
    _, blank, lines = data.decode("utf-8").rpartition("\n\n")
    assert blank and lines.endswith("\n")
    for line in lines[:-1].split("\n"):
        dash, name, value = line.split(" ")
        assert dash == "\u2014" and name and len(base64.b64decode(value, validate=True)) >= 5


def read_vkey(data):
    name, number, value = data.decode("utf-8").split("+", 2)
    key = base64.b64decode(value, validate=True)
    assert len(key) == 33 and key[0] == 1
    assert hashlib.sha256(name.encode() + b"\n" + key).digest()[:4].hex() == number


def read_proof(data):
    head, _, rest = data.partition(b"\n\n")
    lines = head.decode("utf-8").split("\n")
    assert lines.pop(0) == "c2sp.org/tlog-proof@v1"
    if lines[0].startswith("extra "):
        base64.b64decode(lines.pop(0)[6:], validate=True)
    assert re.fullmatch("index (0|[1-9][0-9]*)", lines.pop(0))
    assert all(len(base64.b64decode(line, validate=True)) == 32 for line in lines)
    read_note(rest)


def read_bag(data):
    declaration, info, manifest, tags = data.split(b"\0")
    assert declaration.decode().splitlines() == ["BagIt-Version: 1.0", "Tag-File-Character-Encoding: UTF-8"]
    entries = dict(reversed(line.split(None, 1)) for line in manifest.decode().splitlines())
    assert {name.strip(): value.lower() for name, value in entries.items()} == {
        "data/page": hashlib.sha256(b"hello").hexdigest()}


def read_armor(data):
    lines = data.replace(b"\r\n", b"\n").strip(b" \t\r\n").split(b"\n")
    assert lines[0] == b"-----BEGIN AGE ENCRYPTED FILE-----" and lines[-1] == b"-----END AGE ENCRYPTED FILE-----"
    base64.b64decode(b"".join(lines[1:-1]), validate=True)


def read_age():
    import pyrage
    identity = pyrage.x25519.Identity.from_str(bech32_secret())
    return lambda data: pyrage.decrypt(data, [identity])


def bech32_secret():
    """The fuzzer's identity, 32 bytes of 9, written by the reference code of BIP 173."""
    alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    part = "age-secret-key-"
    bits = "".join(format(byte, "08b") for byte in [9] * 32)
    bits += "0" * (-len(bits) % 5)
    groups = [int(bits[at:at + 5], 2) for at in range(0, len(bits), 5)]

    def polymod(values):
        check = 1
        for value in values:
            top = check >> 25
            check = (check & 0x1FFFFFF) << 5 ^ value
            for bit, factor in enumerate([0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3]):
                check ^= factor if top >> bit & 1 else 0
        return check

    head = [ord(letter) >> 5 for letter in part] + [0] + [ord(letter) & 31 for letter in part]
    check = polymod(head + groups + [0] * 6) ^ 1
    groups += [check >> 5 * (5 - place) & 31 for place in range(6)]
    return (part + "1" + "".join(alphabet[group] for group in groups)).upper()


READERS = {
    "json": lambda: read_json, "base64": lambda: read_base64, "dates": lambda: read_dates, "tar": lambda: read_tar,
    "note": lambda: read_note, "vkey": lambda: read_vkey, "tlog-proof": lambda: read_proof, "bag": lambda: read_bag,
    "age-armor": lambda: read_armor, "age-file": read_age,
}

judged = differing = skipped = 0
for name in READERS if not NAMES else [name for name in NAMES if name in READERS]:
    try:
        read = READERS[name]()
    except ImportError:
        skipped += 1
        continue
    kept, good = taken(name)
    for file, data in good:
        judged += 1
        try:
            read(data)
        except Exception as why:
            differing += 1
            print("DIFFERS", name, file, type(why).__name__, str(why)[:80])
if skipped:
    print("SKIPPED", skipped, "readers that are not installed")
print("judged by others:", judged, "taken inputs,", differing, "disagreements")
sys.exit(1 if differing else 0)
