#!/usr/bin/env python3
"""Lays files of ours before independent tools, and theirs before us.

age and age-keygen (Debian), pyrage, openvc-core, sd-jwt, bagit, sha256sum, GNU tar, Python's tarfile; and the
compressed part of age's test kit, inflated. Run from anywhere, after a build of the tests. Prints counts; SKIPPED n
for what a missing tool would have checked, ABSENT n for vectors that are not here.
"""
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zlib

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHARED = os.environ.get("HAVRE_SHARED", os.path.join(os.path.dirname(ROOT), "shared"))
SIZES = [0, 1, 65535, 65536, 65537, 200000]
PHRASE = "correct horse"
failures = 0


def check(ok, what):
    global failures
    if not ok:
        failures += 1
        print("FAILED", what)
    return 1


def read(*path):
    with open(os.path.join(*path), "rb") as file:
        return file.read()


def write(data, *path):
    with open(os.path.join(*path), "wb") as file:
        file.write(data)


def module(name):
    try:
        return __import__(name)
    except ImportError:
        return None


def run(*command, data=None):
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def swift(only, **environment):
    """Runs one suite of the Swift tests; returns what it printed."""
    done = subprocess.run(["swift", "test", "--filter", "HavreFormatsTests." + only], cwd=ROOT,
                          env=dict(os.environ, **environment), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True)
    check(done.returncode == 0, f"{only}\n{done.stdout}")
    return done.stdout


def inflate(folder):
    """The compressed files of age's test kit."""
    kit = os.path.join(SHARED, "data", "age-testkit")
    if not os.path.isdir(kit):
        return 0
    count = 0
    for name in os.listdir(kit):
        head, _, body = read(kit, name).partition(b"\n\n")
        if name.startswith(("README", "hybrid")) or b"compressed: zlib" not in head:
            continue
        lines = [line for line in head.split(b"\n") if not line.startswith(b"compressed")]
        write(b"\n".join(lines) + b"\n\n" + zlib.decompress(body), folder, name)
        count += 1
    return count


def prepare(folder):
    """What peers write for us; returns how many files."""
    count = 0
    plain = {size: os.urandom(size) for size in SIZES}
    if shutil.which("age-keygen") and shutil.which("age"):
        key = os.path.join(folder, "keygen.txt")
        run("age-keygen", "-o", key)
        recipient = run("age-keygen", "-y", key).stdout.decode().strip()
        for size in SIZES:
            for name, option in [("binary", []), ("armored", ["-a"])]:
                write(plain[size], folder, f"{name}-{size}.plain")
                write(run("age", "-r", recipient, *option, data=plain[size]).stdout, folder, f"{name}-{size}.age")
                count += 1
    else:
        print("SKIPPED", 2 * len(SIZES))
    pyrage = module("pyrage")
    if pyrage:
        write(plain[65537], folder, "pyrage.plain")
        write(pyrage.passphrase.encrypt(plain[65537], PHRASE), folder, "pyrage.phrase")
        count += 1
    else:
        print("SKIPPED 1")
    count += prepare_tar(folder)
    return count + prepare_sdjwt(folder)


def prepare_tar(folder):
    write(b"some payload", folder, "gnutar.plain")
    write(b"some payload", folder, "tarfile.plain")
    with tarfile.open(os.path.join(folder, "tarfile.tar"), "w", format=tarfile.USTAR_FORMAT) as archive:
        archive.add(os.path.join(folder, "tarfile.plain"), "data/one.txt")
    done = run("tar", "--format=ustar", "-C", folder, "-cf", os.path.join(folder, "gnutar.tar"), "gnutar.plain")
    check(done.returncode == 0, "GNU tar writes")
    return 2


def prepare_sdjwt(folder):
    if not module("sd_jwt"):
        print("SKIPPED 1")
        return 0
    from jwcrypto.jwk import JWK
    from sd_jwt.common import SDObj
    from sd_jwt.issuer import SDJWTIssuer
    key = JWK.generate(kty="OKP", crv="Ed25519")
    claims = {"iss": "https://example.org", SDObj("title"): "x", "amounts": [SDObj(1), SDObj(2)],
              "nested": {SDObj("city"): "Lyon"}}
    issuer = SDJWTIssuer(claims, key, None, sign_alg="EdDSA", add_decoy_claims=True,
                         extra_header_parameters={"typ": "dc+sd-jwt"})
    plain = {"iss": "https://example.org", "title": "x", "amounts": [1, 2], "nested": {"city": "Lyon"}}
    write(issuer.sd_jwt_issuance.encode(), folder, "sd_jwt.sdjwt")
    write(json.dumps(plain).encode(), folder, "sd_jwt.plain")
    public = {name: value for name, value in key.export_public(as_dict=True).items() if name in ("kty", "crv", "x")}
    write(json.dumps(public).encode(), folder, "sd_jwt.jwk")
    return 1


def age(folder):
    count = 0
    if shutil.which("age"):
        for size in SIZES:
            for name in ["x25519", "armored"]:
                done = run("age", "-d", "-i", os.path.join(folder, "identity.txt"), os.path.join(folder, f"{size}.{name}"))
                count += check(done.returncode == 0 and done.stdout == read(folder, f"{size}.plain"), f"{size}.{name}")
        key = run("age-keygen", "-y", os.path.join(folder, "identity.txt")).stdout.decode().strip()
        count += check(key == read(folder, "recipient.txt").decode(), "age-keygen -y")
        print("files as age reads them:", count)
    else:
        print("SKIPPED", 2 * len(SIZES) + 1)
    pyrage = module("pyrage")
    if pyrage:
        for size in SIZES:
            plain = pyrage.passphrase.decrypt(read(folder, f"{size}.scrypt"), PHRASE)
            check(plain == read(folder, f"{size}.plain"), f"{size}.scrypt")
        print("files as pyrage reads them:", len(SIZES))
    else:
        print("SKIPPED", len(SIZES))


def sdjwt(folder):
    names = sorted(name for name in os.listdir(folder) if name.endswith(".sdjwt"))
    if not module("openvc"):
        print("SKIPPED", len(names))
        return
    from openvc.proof.sd_jwt import SdJwtVcProofSuite
    suite = SdJwtVcProofSuite()
    jwk = json.loads(read(folder, "pub.jwk"))
    for name in names:
        try:
            claims = suite.verify(read(folder, name).decode(), public_key_jwk=jwk).claims
        except Exception:
            check(name.startswith("bad-"), f"{name} is refused")
            continue
        if check(name.startswith("good-"), f"{name} is accepted") and name.startswith("good-"):
            expected = json.loads(read(folder, name[:-6] + ".json"))
            claims = {key: value for key, value in claims.items() if key not in ("_sd", "_sd_alg")}
            check(claims == expected, f"{name} claims")
    print("presentations as openvc-core judges them:", len(names))


def bag(folder):
    if module("bagit"):
        import logging
        logging.disable(logging.CRITICAL)
        import bagit
        check(bagit.Bag(os.path.join(folder, "bag")).is_valid(), "bagit accepts")
        target = os.path.join(folder, "bag", "data", "index.html")
        original = read(target)
        write(original + b"x", target)
        check(not bagit.Bag(os.path.join(folder, "bag")).is_valid(), "bagit refuses a changed file")
        write(original, target)
        print("bags as bagit judges them: 2")
    else:
        print("SKIPPED 2")
    lines = read(folder, "bag", "manifest-sha256.txt") + read(folder, "bag", "tagmanifest-sha256.txt")
    done = subprocess.run(["sha256sum", "--strict", "-c"], input=lines, cwd=os.path.join(folder, "bag"),
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    check(done.returncode == 0, "sha256sum -c")
    print("lines as sha256sum judges them:", len(done.stdout.splitlines()))


def tar(folder):
    archive = os.path.join(folder, "bag.tar")
    expected = {}
    for at, _, names in os.walk(os.path.join(folder, "bag")):
        for name in names:
            path = os.path.join(at, name)
            expected[os.path.relpath(path, folder)] = read(path)
    with tarfile.open(archive) as opened:
        found = {member.name: opened.extractfile(member).read() for member in opened.getmembers()}
    check(found == expected, "tarfile reads")
    with tempfile.TemporaryDirectory() as target:
        done = run("tar", "-xf", archive, "-C", target)
        same = all(os.path.exists(os.path.join(target, name)) and read(target, name) == data
                   for name, data in expected.items())
        check(done.returncode == 0 and same, "GNU tar reads")
    print("archives as tarfile and GNU tar read them: 2")


with tempfile.TemporaryDirectory() as out:
    inputs, inflated = os.path.join(out, "in"), os.path.join(out, "inflated")
    os.mkdir(inputs)
    os.mkdir(inflated)
    written, vectors = prepare(inputs), inflate(inflated)
    said = swift("PeerTests", HAVRE_PEERS_OUT=out, HAVRE_PEERS_IN=inputs)
    check(f"read of peers: {written}" in said, "all that peers wrote was read")
    print("files of peers as we read them:", written)
    if vectors:
        said = swift("AgeKitTests", HAVRE_AGE_INFLATED=inflated)
        check(f"age test kit, inflated: {vectors}" in said, "the inflated kit was judged")
        print("age test kit, inflated:", vectors)
    else:
        print("ABSENT 11")
    age(os.path.join(out, "age"))
    sdjwt(os.path.join(out, "sdjwt"))
    bag(os.path.join(out, "bag"))
    tar(os.path.join(out, "bag"))
sys.exit(1 if failures else 0)
