#!/usr/bin/env python3
"""Lays evidence bundles of ours before independent tools: what a court's own expert could do without havre.

age (Debian) decrypts, Python's tarfile unpacks, bagit and sha256sum check the bag, openvc-core every signature,
hashlib the way from the vault's fingerprint to the keys that signed. Run from anywhere, after a build of the tests.
Prints counts; SKIPPED n for what a missing tool would have checked.
"""
import base64
import glob
import hashlib
import json
import os
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUNDLES = 11
failures = 0


def check(ok, what):
    global failures
    if not ok:
        failures += 1
        print("FAILED", what)


def read(*path):
    with open(os.path.join(*path), "rb") as file:
        return file.read()


def lp(data):
    return struct.pack("<I", len(data)) + data


def unpadded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def thumbprint(jwk):
    text = json.dumps({name: jwk[name] for name in ("crv", "kty", "x")}, sort_keys=True, separators=(",", ":"))
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def payload(text):
    return json.loads(unpadded(text.split("~")[0].split(".")[1]))


def verified(suite, text, jwk):
    """The claims of an SD-JWT under a key; raises when openvc-core refuses."""
    claims = suite.verify(text, public_key_jwk=jwk).claims
    return {name: value for name, value in claims.items() if name not in ("_sd", "_sd_alg")}


def attested(suite, bag, fingerprint):
    """The author keys for which the vault with this fingerprint vouches, by thumbprint."""
    keys = {}
    for path in sorted(glob.glob(os.path.join(bag, "attestations", "*.sdjwt"))):
        text = read(path).decode()
        vault = payload(text)["vault"]
        claims = verified(suite, text, vault["jwk"])
        facts = [b"havre/1/fingerprint", bytes.fromhex(vault["founding"]), unpadded(vault["jwk"]["x"])]
        computed = hashlib.blake2b(b"".join(lp(fact) for fact in facts), digest_size=32).hexdigest()
        assert computed == fingerprint, "another vault"
        assert claims["iss"] == "urn:havre:vault:" + fingerprint
        keys[thumbprint(claims["cnf"]["jwk"])] = claims["cnf"]["jwk"]
    return keys


def signed(suite, text, keys):
    """The claims of what an attested author key signed."""
    name = payload(text)["iss"].removeprefix("urn:havre:author:")
    return verified(suite, text, keys[name])


def judge(suite, bag, fingerprint):
    """The records of a bundle as [{form, fields}]; raises when anything does not hold."""
    import bagit
    bagit.Bag(bag).validate(processes=1)
    lines = read(bag, "manifest-sha256.txt") + read(bag, "tagmanifest-sha256.txt")
    subprocess.run(["sha256sum", "--strict", "--quiet", "-c"], input=lines, cwd=bag, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    keys = attested(suite, bag, fingerprint)
    export = signed(suite, read(bag, "export.sdjwt").decode(), keys)
    manifest = read(bag, "tagmanifest-sha256.txt").splitlines(keepends=True)
    others = b"".join(line for line in manifest if not line.endswith(b"  export.sdjwt\n"))
    assert export["bag"] == hashlib.sha256(others).hexdigest(), "the whole"
    assert export["fingerprint"] == fingerprint
    records = []
    for path in sorted(glob.glob(os.path.join(bag, "data", "records", "*.sdjwt"))):
        claims = signed(suite, read(path).decode(), keys)
        assert set(claims) == {"iss", "vct", "form", "fields"}, "nothing but form and fields"
        records.append({"form": claims["form"], "fields": claims["fields"]})
    return records


def bundles(folder):
    from openvc.proof.sd_jwt import SdJwtVcProofSuite
    suite = SdJwtVcProofSuite()
    fingerprint = read(folder, "fingerprint.txt").decode()
    names = sorted(name for name in os.listdir(folder) if name.endswith(".age"))
    check(len(names) == BUNDLES, "all bundles are there")
    for name in names:
        with tempfile.TemporaryDirectory() as target:
            tar = os.path.join(target, "bundle.tar")
            done = subprocess.run(["age", "-d", "-i", os.path.join(folder, "identity.txt"), "-o", tar,
                                   os.path.join(folder, name)], stderr=subprocess.DEVNULL)
            check(done.returncode == 0, f"{name} opens")
            with tarfile.open(tar) as archive:
                archive.extractall(target, filter="data")
            try:
                records = judge(suite, os.path.join(target, "evidence"), fingerprint)
            except Exception as error:
                check(name.startswith("bad-"), f"{name} is refused: {error!r}")
                continue
            check(name.startswith("good-"), f"{name} is accepted")
            if name.startswith("good-"):
                check(records == json.loads(read(folder, name[:-4] + ".json")), f"{name}: values")
    print("bundles as age, tarfile, bagit, sha256sum and openvc-core judge them:", len(names))


def missing():
    """The first tool that is not here."""
    import importlib.util
    for name in ("bagit", "openvc"):
        if importlib.util.find_spec(name) is None:
            return name
    return None if shutil.which("age") else "age"


if missing():
    print("SKIPPED", BUNDLES)
    sys.exit(0)
import logging
logging.disable(logging.CRITICAL)
with tempfile.TemporaryDirectory() as out:
    done = subprocess.run(["swift", "test", "--skip-build", "--filter", "HavreEvidenceTests.BundlePeerTests"], cwd=ROOT,
                          env=dict(os.environ, HAVRE_PEERS_OUT=out), stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    check(done.returncode == 0, done.stdout)
    if done.returncode == 0:
        bundles(os.path.join(out, "bundle"))
sys.exit(1 if failures else 0)
