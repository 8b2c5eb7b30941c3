#!/usr/bin/env python3
"""Thirty people at once on the same and on other cases, and whatever may interrupt them.

They read, list, search, write, grant, take back, export, fetch, attach, close and lock for a while, beside backups and
checks. Whoever was told that a removal or a close stands must get nothing afterwards, in any conversation. At the end
everything acknowledged is there, `check` and the log are clean, and nobody was told `Tampered` or `Internal`; what was
answered `Busy` is counted by method.

    Tests/Faults/crowd.py [SECONDS [SEED]]      prints its counts
    Tests/Faults/crowd.py --cut [NAME ...]    panics, ends and losses in the middle of exports and fetches
"""
import collections
import os
import random
import select
import socket
import sys
import threading
import time

from house import House, Person, Refused, expect, refusal, tidy

COLLEAGUES = 8
# Of these, colleagues whose grants stay.
STEADY = 3
CASES = 6
FILE_BYTES = 3 << 20
QUIET = {"Busy", "NotGranted", "NotFound", "NotOpen", "ConsentMissing", "Locked"}


class Crowd:
    """What everybody was told."""

    def __init__(self, house, seed):
        self.house, self.seed = house, seed
        self.lock = threading.Lock()
        self.counts = collections.Counter()
        self.slowest = collections.Counter()
        self.versions = {}
        self.attached = {}
        self.until = 0.0
        self.sessions = {}

    def sit(self, name):
        """A conversation of her own in one session for all: a passphrase takes longer than all the rest."""
        if name not in self.sessions:
            self.sessions[name] = self.house.unlock(name)
        known = self.sessions[name]
        return Person(self.house.connect(), known.session, name, known.checkpoint)

    def note(self, method, outcome, seconds):
        with self.lock:
            self.counts[method, outcome] += 1
            self.slowest[method] = max(self.slowest[method], seconds)
        expect(outcome in QUIET or outcome == "done" or outcome == "TooManyAttempts", f"{method}: {outcome}")

    def call(self, person, method, files=(), **parameters):
        """The answer, None for a refusal that anybody may meet."""
        begun = time.monotonic()
        try:
            answer = person.call(method, files=files, **parameters)
        except Refused as error:
            self.note(method, str(error), time.monotonic() - begun)
            return None
        self.note(method, "done", time.monotonic() - begun)
        return answer


def sample(house, sylvie, amina):
    """A case with a statement that may leave, a consent, a file and some notes."""
    case = amina.call("CaseNew")["case"]
    amina.call("Open", case=case, purpose="visit")
    sentences = ["They took my passport.", "I worked every night. " * 150] * 60
    statement = amina.call("Add", case=case, form="statement", fields={
        "kind": "first_account", "date": "2026-11-02", "text": sentences})["record"]
    amina.call("Add", case=case, form="consent", fields={
        "given_by": "person", "recipient": "Martin", "form_groups": ["evidence"], "purpose": "asylum_claim",
        "status": "active"})
    record = amina.call("Add", case=case, form="note", fields={"summary": "quiet"})["record"]
    with open(os.path.join(house.folder, "file"), "wb") as file:
        file.write(os.urandom(FILE_BYTES))
    with open(os.path.join(house.folder, "file"), "rb") as file:
        attached = amina.call("Attach", files=[file.fileno()], case=case, file=0, title="A letter")["attachment"]
    for n in range(STEADY):
        sylvie.call("Grant", **give(case, f"Louis{n}"))
    return case, record, attached, statement


def scene(house):
    house.start()
    sylvie = house.unlock("Sylvie")
    house.hire(sylvie, "Amina", "caseworker")
    for n in range(COLLEAGUES):
        house.hire(sylvie, f"Louis{n}", "legal")
    amina = house.unlock("Amina")
    amina.call("ContactAdd", name="Martin", organisation="Cabinet", kind="lawyer", language="fr",
               passphrase=True, checked="by telephone")
    sylvie.call("ContactConfirm", name="Martin")
    return sylvie, amina, [sample(house, sylvie, amina) for _ in range(CASES)]


def give(case, name):
    return dict(case=case, name=name, compartments=["evidence", "consent", "notes"],
                rights=["read", "write", "redact-export"], purpose="appeal")


def write(crowd, cases, number):
    chance = random.Random(crowd.seed * 100 + number)
    person = crowd.sit("Amina")
    for case, _, _, _ in cases:
        crowd.call(person, "Open", case=case, purpose="visit")
    while time.monotonic() < crowd.until:
        case, record, _, _ = chance.choice(cases)
        fields = {"summary": "x" * chance.randrange(1, 2000)}
        if chance.random() < 0.5:
            answer = crowd.call(person, "Add", case=case, form="note", fields=fields)
        else:
            answer = crowd.call(person, "Edit", case=case, record=record, fields=fields)
        if answer:
            with crowd.lock:
                key = case, answer["record"]
                crowd.versions[key] = max(crowd.versions.get(key, 0), answer["version"])


def read(crowd, cases, number):
    """A colleague whose grants come and go."""
    chance = random.Random(crowd.seed * 100 + number)
    person = crowd.sit(f"Louis{number % COLLEAGUES}")
    while time.monotonic() < crowd.until:
        case, record, attached, statement = chance.choice(cases)
        act = chance.randrange(7)
        if act == 0:
            crowd.call(person, "Open", case=case, purpose="appeal")
        elif act == 1:
            crowd.call(person, "Show", case=case)
        elif act == 2:
            crowd.call(person, "Show", case=case, record=record)
        elif act == 3:
            crowd.call(person, "Find", case=case, text="passport")
        elif act == 4:
            out(crowd, person, "Fetch", case=case, attachment=attached)
        elif act == 5:
            export(crowd, person, case, statement)
        elif chance.random() < 0.2:
            crowd.call(person, "Close", case=case)
        else:
            crowd.call(person, "CaseShow", case=case)


def out(crowd, person, method, secrets=(), **parameters):
    """A call that writes into a file that is thrown away."""
    number = os.memfd_create("out")
    begun = time.monotonic()
    try:
        person.call(method, secrets, [number], out=len(secrets), **parameters)
        outcome = "done"
    except Refused as error:
        outcome = str(error) if str(error) != "Invalid" else repr(error)
    finally:
        os.close(number)
    crowd.note(method, outcome, time.monotonic() - begun)
    return outcome


def export(crowd, person, case, statement):
    return out(crowd, person, "Export", ["eight words of a passphrase told by telephone"], passphrase=0, case=case,
               profile="court", contact="Martin", records=[statement])


def share(crowd, cases, number):
    """The only one who grants and removes on her cases: what she was told last is how it is."""
    chance = random.Random(crowd.seed * 100 + number)
    person = crowd.sit("Sylvie")
    watch = {n: crowd.sit(f"Louis{n}") for n in range(STEADY, COLLEAGUES)}
    while time.monotonic() < crowd.until:
        case, record, _, _ = chance.choice(cases)
        n = chance.choice(sorted(watch))
        name = f"Louis{n}"
        if not crowd.call(person, "Grant", **give(case, name)):
            continue
        time.sleep(chance.random() * 0.3)
        if chance.random() < 0.5:
            smaller = give(case, name) | {"compartments": ["night"], "rights": ["read"]}
            if crowd.call(person, "Grant", **smaller):
                crowd.call(watch[n], "Open", case=case, purpose="appeal")
                outcome = watch[n].refused("Show", case=case, record=record)
                crowd.note("Show after a smaller grant", outcome or "done", 0)
                expect(outcome is not None, "a note was shown after a grant without notes")
        if crowd.call(person, "Revoke", case=case, name=name):
            for act in ("Show", "Find", "Open"):
                more = {"Find": {"text": "quiet"}, "Open": {"purpose": "appeal"}}.get(act, {})
                outcome = watch[n].refused(act, case=case, **more)
                crowd.note(act + " after", outcome or "done", 0)
                expect(outcome == "NotFound", f"{act} after an answered removal: {outcome}")


def keep(crowd):
    """Backups and checks beside them."""
    person = crowd.sit("Sylvie")
    while time.monotonic() < crowd.until:
        answer = crowd.call(person, "Backup")
        if answer:
            crowd.call(person, "BackupBlobs", blobs=answer["blobs"][:4])
        found = crowd.call(person, "Check")
        expect(not found or found["ok"], f"check meanwhile: {found}")
        time.sleep(2)


def judge(crowd):
    house = crowd.house
    for restarts in (False, True):
        if restarts:
            house.stop()
            status, found = house.check()
            expect(status == 0 and found["ok"], f"offline check: {found}")
            house.start()
        sylvie, amina = house.unlock("Sylvie"), house.unlock("Amina")
        found = sylvie.call("Check")
        expect(found["ok"] and not found["problems"], f"check: {found}")
        expect(sylvie.call("AuditVerify")["ok"], "the log")
        shown = {}
        for case in {case for case, _ in crowd.versions}:
            amina.call("Open", case=case, purpose="review")
            shown |= {(case, one["record"]): one["version"] for one in amina.call("Show", case=case)["records"]}
        lost = sum(shown.get(key, 0) < version for key, version in crowd.versions.items())
        expect(lost == 0, f"{lost} acknowledged versions are lost")


def tell(crowd):
    by_method = collections.defaultdict(dict)
    for (method, outcome), count in sorted(crowd.counts.items()):
        by_method[method][outcome] = count
    for method, outcomes in sorted(by_method.items()):
        said = ", ".join(f"{outcome} {count}" for outcome, count in sorted(outcomes.items()))
        print(f"  {method}: {said}; slowest {crowd.slowest[method]:.2f} s", flush=True)


def together(seconds, seed):
    house = House()
    try:
        sylvie, amina, cases = scene(house)
        crowd = Crowd(house, seed)
        for name in ["Sylvie", "Amina"] + [f"Louis{n}" for n in range(COLLEAGUES)]:
            crowd.sit(name)
        crowd.until = time.monotonic() + seconds
        work = [(write, (crowd, cases, n)) for n in range(8)]
        work += [(read, (crowd, cases, n)) for n in range(16)]
        # Each supervisor's thread has cases of her own, so that her last answer counts.
        work += [(share, (crowd, cases[n::3], n)) for n in range(3)]
        work += [(keep, (crowd,))]
        threads = [threading.Thread(target=run, args=arguments) for run, arguments in work]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        judge(crowd)
        tell(crowd)
        house.stop()
        calls = sum(crowd.counts.values())
        return tidy(f"{len(threads)} clients, {calls} calls, {len(crowd.versions)} records", "crowd")
    finally:
        house.remove()


def drain(reading, seconds=10):
    """What comes out of a pipe until its end."""
    got = 0
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        ready, _, _ = select.select([reading], [], [], 0.2)
        if ready:
            piece = os.read(reading, 1 << 16)
            if not piece:
                break
            got += len(piece)
    return got


def cut(house, method, interrupt, most):
    """Something on its way into a pipe when `interrupt` comes: how much left, and the answer of the call."""
    sylvie, amina = house.unlock("Sylvie"), house.unlock("Amina")
    case, _, attached, statement = sample(house, sylvie, amina)
    louis = house.unlock("Louis0")
    louis.call("Open", case=case, purpose="appeal")
    reading, writing = os.pipe()
    outcome = []

    def run():
        parameters = {"case": case, "out": 0}
        try:
            if method == "Fetch":
                louis.call("Fetch", files=[writing], attachment=attached, **parameters)
            else:
                parameters["out"] = 1
                louis.call("Export", ["eight words told by telephone"], [writing], passphrase=0, profile="court",
                           contact="Martin", records=[statement], **parameters)
            outcome.append("done")
        except (Refused, EOFError, OSError) as error:
            outcome.append(str(error) if isinstance(error, Refused) else "ended")

    thread = threading.Thread(target=run)
    thread.start()
    deadline = time.monotonic() + 60
    # Until something lies in the pipe.
    while time.monotonic() < deadline and not select.select([reading], [], [], 0.1)[0]:
        pass
    time.sleep(0.2)
    interrupt(house, sylvie, louis, case)
    os.close(writing)
    got = drain(reading)
    os.close(reading)
    thread.join(60)
    expect(not thread.is_alive(), f"{method} goes on")
    expect(got <= most, f"{method}: {got} bytes of {FILE_BYTES} left")
    return got, outcome[0] if outcome else "none"


def restart(house):
    """Up again, whatever happened, and nothing wrong with what is stored."""
    if house.daemon.poll() is None:
        house.stop()
    else:
        house.ended()
    status, found = house.check()
    expect(status == 0 or found.get("partial"), f"offline check: {status} {found}")
    expect(not found.get("problems"), f"offline check: {found}")
    house.start()
    sylvie = house.unlock("Sylvie")
    found = sylvie.call("Check")
    expect(found["ok"] and not found["problems"], f"check: {found}")
    expect(sylvie.call("AuditVerify")["ok"], "the log")


def cuts(names):
    house = House()
    interruptions = {
        "panic": (lambda house, sylvie, louis, case: house.connect().call("Panic"), 2 << 16),
        "SIGTERM": (lambda house, sylvie, louis, case: house.daemon.terminate(), FILE_BYTES * 2),
        "SIGKILL": (lambda house, sylvie, louis, case: house.daemon.kill(), 2 << 16),
        "lock": (lambda house, sylvie, louis, case: house.connect().call("Lock", session=louis.session), 2 << 16),
        "lock all": (lambda house, sylvie, louis, case: house.connect().call("Lock", all=True), 2 << 16),
        "revoke": (lambda house, sylvie, louis, case: sylvie.call("Revoke", case=case, name="Louis0"), 2 << 16),
        "smaller grant": (
            lambda house, sylvie, louis, case: sylvie.call(
                "Grant", **give(case, "Louis0") | {"compartments": ["night"], "rights": ["read"]}), 2 << 16),
        "close": (
            lambda house, sylvie, louis, case: Person(house.connect(), louis.session, "Louis0", None).call(
                "Close", case=case), 2 << 16),
        "backup": (lambda house, sylvie, louis, case: sylvie.call("Backup"), FILE_BYTES * 2),
        "the caller goes": (lambda house, sylvie, louis, case: louis.client.socket.shutdown(socket.SHUT_RDWR),
                            2 << 16),
        "staff reset": (lambda house, sylvie, louis, case: sylvie.call("StaffReset", name="Louis0"), 2 << 16),
    }
    try:
        scene(house)
        for name in names or interruptions:
            interrupt, most = interruptions[name]
            for method in ("Fetch", "Export") if name != "staff reset" else ("Fetch",):
                got, outcome = cut(house, method, interrupt, most)
                print(f"  {method}, {name}: {got} bytes, {outcome}", flush=True)
                restart(house)
        house.stop()
        return tidy(f"{len(names or interruptions)} interruptions", "crowd --cut")
    finally:
        house.remove()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--cut"]:
        sys.exit(cuts(sys.argv[2:]))
    numbers = [int(word) for word in sys.argv[1:] if not word.startswith("-")]
    sys.exit(together(*(numbers + [20, 1][len(numbers):])))
