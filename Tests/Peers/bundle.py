#!/usr/bin/env python3
"""Lays evidence bundles of ours before independent tools: what a court's own expert could do without havre.

age (Debian) decrypts, Python's tarfile and GNU tar unpack the same, bagit and sha256sum check the bag, openvc-core
every signature, hashlib the way from the vault's fingerprint to the keys that signed, proofbundle the place of each
record in the ledger; `havre verify` has to say the same. In every bundle a random subset of values is withheld: none of
them may stand in it in any encoding. Run from anywhere, after a build of the tests.

    bundle.py [COUNT]       so many bundles (40)

Prints counts; SKIPPED n for what a missing tool would have checked.
"""
import base64
import glob
import hashlib
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 40
BAD = 4
HAVRE = os.environ.get("HAVRE_BIN", os.path.join(ROOT, ".build", "debug")) + "/havre"
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
    keys, log = {}, None
    for path in sorted(glob.glob(os.path.join(bag, "attestations", "*.sdjwt"))):
        text = read(path).decode()
        vault = payload(text)["vault"]
        claims = verified(suite, text, vault["jwk"])
        facts = [b"havre/1/fingerprint", bytes.fromhex(vault["founding"]), unpadded(vault["jwk"]["x"])]
        computed = hashlib.blake2b(b"".join(lp(fact) for fact in facts), digest_size=32).hexdigest()
        assert computed == fingerprint, "another vault"
        assert claims["iss"] == "urn:havre:vault:" + fingerprint
        if claims["vct"] == "urn:havre:log:1":
            log = claims["log"]
        else:
            keys[thumbprint(claims["cnf"]["jwk"])] = claims["cnf"]["jwk"]
    return keys, log


def place(bag, name, text, log, fingerprint):
    """The number of a record's entry in the ledger, as proofbundle finds it proven; None for no proof."""
    from proofbundle.tlogproof import verify_tlog_proof
    proof = read(bag, "proofs", name + ".tlog-proof").decode()
    extra = base64.b64decode(proof.splitlines()[1].removeprefix("extra "), validate=True)
    jws = text.split("~")[0].encode()
    leaf = hashlib.sha256(extra[:16] + jws).digest() + extra[16:]
    answer = verify_tlog_proof(proof, leaf, log, expected_origin=f"havre/{fingerprint}/0")
    assert answer["ok"], "the ledger does not hold it"
    wrong = hashlib.sha256(extra[:16] + jws[:-1] + b"?").digest() + extra[16:]
    assert not verify_tlog_proof(proof, wrong, log)["ok"], "the ledger holds anything"
    return answer["index"]


def signed(suite, text, keys):
    """The claims of what an attested author key signed."""
    name = payload(text)["iss"].removeprefix("urn:havre:author:")
    return verified(suite, text, keys[name])


def judge(suite, bag, fingerprint):
    """The records of a bundle as [{form, fields}] and their places; raises when anything does not hold."""
    import bagit
    bagit.Bag(bag).validate(processes=1)
    lines = read(bag, "manifest-sha256.txt") + read(bag, "tagmanifest-sha256.txt")
    subprocess.run(["sha256sum", "--strict", "--quiet", "-c"], input=lines, cwd=bag, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    keys, log = attested(suite, bag, fingerprint)
    export = signed(suite, read(bag, "export.sdjwt").decode(), keys)
    manifest = read(bag, "tagmanifest-sha256.txt").splitlines(keepends=True)
    others = b"".join(line for line in manifest if not line.endswith(b"  export.sdjwt\n"))
    assert export["bag"] == hashlib.sha256(others).hexdigest(), "the whole"
    assert export["fingerprint"] == fingerprint
    records, places = [], []
    for path in sorted(glob.glob(os.path.join(bag, "data", "records", "*.sdjwt"))):
        text = read(path).decode()
        claims = signed(suite, text, keys)
        assert set(claims) == {"iss", "vct", "form", "fields"}, "nothing but form and fields"
        records.append({"form": claims["form"], "fields": claims["fields"]})
        if log is not None:
            places.append(place(bag, os.path.basename(path)[:-6], text, log, fingerprint))
    return records, places


def layers(data, depth=0):
    """The bytes and, again and again, whatever in them is base64, base64url or hex of something."""
    yield data
    if depth == 3:
        return
    for run in re.findall(rb"[A-Za-z0-9_+/-]{8,}={0,2}", data):
        plain = run.rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
        if len(plain) % 4 != 1:
            yield from layers(base64.b64decode(plain + b"=" * (-len(plain) % 4)), depth + 1)
        if len(plain) % 2 == 0 and re.fullmatch(rb"[0-9a-fA-F]+", plain):
            yield from layers(bytes.fromhex(plain.decode()), depth + 1)


def quiet(name, tar, expected):
    """Nothing that is withheld, and no id of the house, stands anywhere in the archive."""
    found = list(layers(read(tar).rstrip(b"\0")))
    for text in expected["disclosed"]:
        check(any(text.encode() in layer for layer in found), f"{name} shows {text!r}")
    for text in expected["withheld"] + expected["canaries"]:
        forms = {text.encode(), text.encode("utf-16-le"), json.dumps(text)[1:-1].encode(),
                 text.replace("'", "&#39;").encode()}
        check(not any(form in layer for layer in found for form in forms), f"{name} keeps {text!r}")


def same_trees(one, other):
    """Whether two folders hold the same files."""
    done = subprocess.run(["diff", "-r", one, other], stdout=subprocess.DEVNULL)
    return done.returncode == 0


def ours(folder, name, fingerprint):
    """What `havre verify` says of an encrypted bundle: its exit status and its answer."""
    identity = os.open(os.path.join(folder, "identity.txt"), os.O_RDONLY)
    try:
        done = subprocess.run(
            [HAVRE, "verify", os.path.join(folder, name), "--json", "--identity-fd", str(identity), "--fingerprint",
             fingerprint], pass_fds=[identity], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    finally:
        os.close(identity)
    return done.returncode, json.loads(done.stdout)


def bundles(folder):
    from openvc.proof.sd_jwt import SdJwtVcProofSuite
    suite = SdJwtVcProofSuite()
    fingerprint = read(folder, "fingerprint.txt").decode()
    names = sorted(name for name in os.listdir(folder) if name.endswith(".age"))
    check(len(names) == COUNT + BAD, "all bundles are there")
    for name in names:
        is_good = name.startswith("good-")
        status, answer = ours(folder, name, fingerprint)
        check(answer["valid"] == is_good and status == (0 if is_good else 5), f"{name}: havre verify")
        check(is_good or answer["problems"], f"{name}: havre verify says why")
        with tempfile.TemporaryDirectory() as target:
            tar = os.path.join(target, "bundle.tar")
            done = subprocess.run(["age", "-d", "-i", os.path.join(folder, "identity.txt"), "-o", tar,
                                   os.path.join(folder, name)], stderr=subprocess.DEVNULL)
            check(done.returncode == 0, f"{name} opens")
            with tarfile.open(tar) as archive:
                archive.extractall(os.path.join(target, "python"))
            os.mkdir(os.path.join(target, "gnu"))
            done = subprocess.run(["tar", "-xf", tar, "-C", os.path.join(target, "gnu")], capture_output=True)
            check(done.returncode == 0 and not done.stderr, f"{name} unpacks")
            check(same_trees(os.path.join(target, "python"), os.path.join(target, "gnu")), f"{name}: one tree")
            try:
                records, places = judge(suite, os.path.join(target, "python", "evidence"), fingerprint)
            except Exception as error:
                check(not is_good, f"{name} is refused: {error!r}")
                continue
            check(is_good, f"{name} is accepted")
            if is_good:
                expected = json.loads(read(folder, name[:-4] + ".json"))
                check(records == expected["records"], f"{name}: values")
                check(places == expected["places"], f"{name}: places in the ledger")
                check([record["form"] for record in answer["records"]] == [record["form"] for record in records],
                      f"{name}: havre verify names the records")
                quiet(name, tar, expected)
    print("bundles as age, tarfile, GNU tar, bagit, sha256sum, openvc-core, proofbundle and havre judge them:", len(names))


def missing():
    """The first tool that is not here."""
    import importlib.util
    for name in ("bagit", "openvc", "proofbundle"):
        if importlib.util.find_spec(name) is None:
            return name
    for tool in ("age", HAVRE):
        if shutil.which(tool) is None:
            return tool
    return None


if missing():
    print("SKIPPED", COUNT + BAD)
    sys.exit(0)
import logging
logging.disable(logging.CRITICAL)
with tempfile.TemporaryDirectory() as out:
    done = subprocess.run(["swift", "test", "--skip-build", "--filter", "HavreEvidenceTests.BundlePeerTests"], cwd=ROOT,
                          env=dict(os.environ, HAVRE_PEERS_OUT=out, HAVRE_BUNDLES=str(COUNT)), stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    check(done.returncode == 0, done.stdout)
    if done.returncode == 0:
        bundles(os.path.join(out, "bundle"))
sys.exit(1 if failures else 0)
