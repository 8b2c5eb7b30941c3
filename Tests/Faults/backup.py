#!/usr/bin/env python3
"""Attacks `havre backup` and `havre restore` from outside: killed and starved at their system calls, raced, kept busy.

    backup.py [--every N] [--most KILLS]

A killed backup is either whole or known to be unfinished. A killed restore opens nowhere until it is done again, to
the same folders, and then holds everything. A full disk is StorageFull with nothing left. A backup of a house in which
sixteen clients write is of one moment: everything acknowledged before it is there, and `check` is clean.

Needs root and strace for the system calls. Prints counts.
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading

from house import BIN, House, Refused, Tracer, can_trace, expect, phrase, sealed, skipped, tidy

CLIENT_CALLS = ["openat", "write", "fsync", "mkdirat", "renameat2", "fchmod"]
DAEMON_CALLS = ["openat", "pwrite64", "write", "fdatasync", "fsync", "ftruncate", "unlinkat"]
RESTORE_CALLS = ["openat", "write", "pwrite64", "fsync", "fdatasync", "mkdirat", "renameat2", "unlinkat", "ftruncate"]


class Desk:
    """`havre` at a house, with folders of its own."""

    def __init__(self, house):
        self.house = house
        self.folder = tempfile.mkdtemp(prefix="havre-backup-")
        os.mkdir(self.path("run"), 0o700)
        self.environment = dict(
            os.environ, XDG_RUNTIME_DIR=self.path("run"), XDG_STATE_HOME=self.path("state"), HAVRE_SOCKET=house.path,
            LANG="C")
        self.serial = 0

    def path(self, name):
        return os.path.join(self.folder, name)

    def fresh(self, word):
        self.serial += 1
        return self.path(f"{word}{self.serial}")

    def havre(self, *words, secret=None, before=(), accept=None):
        """Status and what was said as JSON."""
        numbers = [sealed(secret)] if secret else []
        for number in numbers:
            os.lseek(number, 0, os.SEEK_SET)
        option = ["--passphrase-fd", str(numbers[0])] if secret else []
        done = subprocess.run(
            [*before, os.path.join(BIN, "havre"), *words, *option, "--json"], env=self.environment, pass_fds=numbers,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
        for number in numbers:
            os.close(number)
        text = (done.stdout or done.stderr).decode(errors="replace")
        found = re.search(r"\{.*\}", text)
        return done.returncode, json.loads(found.group()) if found else {}

    def unlock(self, name):
        status, said = self.havre("unlock", name, secret=phrase(name))
        expect(status == 0, f"unlock {name}: {said}")

    def backup(self, folder, before=()):
        return self.havre("backup", folder, before=before)

    def restore(self, folder, places, before=(), secret=None, half=None):
        """`half` is a vault folder that was spared."""
        return self.havre("restore", folder, "--vault", places[0], "--gate", places[1],
                          *(["--vault-half", half] if half else []), secret=secret or phrase("Sylvie"), before=before)

    def check(self, places):
        return self.havre("check", "--vault", places[0], "--gate", places[1])

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def count(desk, calls, run):
    """How often the program makes each call, in all of its threads."""
    output = desk.path("trace")
    run(["strace", "-f", "-o", output, "-e", "trace=" + ",".join(calls)])
    with open(output) as trace:
        text = trace.read()
    return {call: len(re.findall(rf"^\d+ +{call}\(", text, re.M)) for call in calls}


def injected(call, number, what):
    return ["strace", "-f", "-o", os.devnull, "-e", f"trace={call}", "-e", f"inject={call}:{what}:when={number}"]


def points(counts, every, most):
    found = [(call, number) for call, total in counts.items() for number in range(1, total + 1, every)]
    step = max(1, len(found) // most)
    return found[::step]


def killed_backups(desk, given):
    """At a system call the client is gone."""
    whole = cut = 0
    counts = count(desk, CLIENT_CALLS, lambda before: expect(desk.backup(desk.fresh("b"), before)[0] == 0, "backup"))
    for call, number in points(counts, given.every, given.most):
        folder, places = desk.fresh("b"), (desk.fresh("v"), desk.fresh("g"))
        desk.backup(folder, injected(call, number, "signal=KILL"))
        where = f"backup killed at {call} {number}"
        # A wrong passphrase: a whole backup gets as far as asking for it.
        status, said = desk.restore(folder, places, secret="wrong")
        isWhole = all(os.path.exists(os.path.join(folder, half, "SHA256SUMS")) for half in ("vault", "gate"))
        expect(status == (3 if isWhole else 2), f"{where}: {status} {said}")
        expect(not os.path.exists(places[0]) and not os.path.exists(places[1]), f"{where}: something is left")
        whole, cut = whole + isWhole, cut + (not isWhole)
        shutil.rmtree(folder, ignore_errors=True)
    print(f"backups killed: {whole + cut}, of which whole: {whole}", flush=True)


def starved_backups(desk, given):
    """The client's disk is full from some write on."""
    counts = count(desk, ["write"], lambda before: desk.backup(desk.fresh("b"), before))
    total = 0
    for call, number in points(counts, given.every, given.most // 2):
        folder = desk.fresh("b")
        status, said = desk.backup(folder, injected(call, number, "error=ENOSPC"))
        where = f"backup starved at {call} {number}"
        if status == 0 or not said or os.path.exists(os.path.join(folder, "gate", "SHA256SUMS")):
            # The last writes are what is said, not what is kept: the backup is whole.
            continue
        total += 1
        expect(status == 1 and said.get("error", "").endswith("StorageFull"), f"{where}: {status} {said}")
        expect(not os.path.exists(folder), f"{where}: something is left")
    print(f"backups starved: {total}", flush=True)


def killed_restores(desk, backup, given, half=None, lost=0):
    """`lost` cases are named each time."""
    again = done = 0
    first = (desk.fresh("v"), desk.fresh("g"))
    counts = count(desk, RESTORE_CALLS, lambda before: expect(
        desk.restore(backup, first, before, half=half)[0] == 0, "a restore that is only watched"))
    for call, number in points(counts, given.every, given.most):
        places = (desk.fresh("v"), desk.fresh("g"))
        desk.restore(backup, places, injected(call, number, "signal=KILL"), half=half)
        where = f"restore killed at {call} {number}"
        marked = os.path.exists(os.path.join(places[1], "restoring"))
        if marked:
            status, said = desk.check(places)
            expect(status != 0, f"{where}: opens before it is done {said}")
        status, said = desk.restore(backup, places, half=half)
        if status == 2 and not marked and os.path.exists(os.path.join(places[1], "gate.db")):
            done += 1
        else:
            again += 1
            expect(status == 0, f"{where}: not again {status} {said}")
            expect(len(said.get("lostCases", [])) == lost, f"{where}: names {said.get('lostCases')}")
        status, said = desk.check(places)
        expect(status == 0 and said.get("ok"), f"{where}: check {said}")
        for place in places:
            shutil.rmtree(place, ignore_errors=True)
    what = "restores onto a spared vault" if half else "restores"
    print(f"{what} killed: {again + done}, done again: {again}, were done: {done}", flush=True)


def starved_restores(desk, backup, given):
    first = (desk.fresh("v"), desk.fresh("g"))
    counts = count(desk, ["write", "pwrite64", "mkdirat"], lambda before: desk.restore(backup, first, before))
    total = 0
    for call, number in points(counts, given.every, given.most // 2):
        places = (desk.fresh("v"), desk.fresh("g"))
        status, said = desk.restore(backup, places, injected(call, f"{number}+", "error=ENOSPC"))
        where = f"restore starved at {call} {number}"
        if status == 0:
            expect(desk.check(places)[0] == 0, f"{where}: check")
            continue
        total += 1
        if said:
            expect(status == 1 and said.get("error", "").endswith("StorageFull"), f"{where}: {status} {said}")
        isLeft = [place for place in places if os.path.exists(place) and os.listdir(place)]
        # What cannot be removed because nothing can be written is cleared away by the next one.
        if isLeft:
            expect(desk.restore(backup, places)[0] == 0, f"{where}: {isLeft} is in the way")
    print(f"restores starved: {total}", flush=True)


def killed_daemon(house, desk):
    """The daemon is gone while it takes a backup."""
    for milliseconds in (0, 5, 20, 60):
        folder = desk.fresh("b")
        client = threading.Thread(target=lambda: desk.backup(folder))
        client.start()
        threading.Event().wait(0.25 + milliseconds / 1000)
        house.kill()
        client.join()
        house.start()
        incoming = os.path.join(house.vault, "blobs", "incoming")
        expect(not os.listdir(incoming), f"{milliseconds} ms: something in incoming")
        found = house.unlock("Sylvie").call("Check")
        expect(found["ok"] and not found["partial"], f"{milliseconds} ms: check {found}")
        desk.havre("lock", "--all")
        desk.unlock("Sylvie")
    print("daemons killed: 4", flush=True)


def killed_daemon_at_calls(house, desk, given):
    """The daemon is gone at one of its system calls; the next backup is whole."""
    output, kills = desk.path("daemon-trace"), 0
    tracer = Tracer(house.daemon.pid, DAEMON_CALLS, output=output)
    expect(desk.backup(desk.fresh("b"))[0] == 0, "a backup that is only watched")
    tracer.end()
    most = {}
    with open(output) as trace:
        for found in re.findall(r"^(\d+) +(\w+)\(", trace.read(), re.M):
            most[found] = most.get(found, 0) + 1
    counts = {call: max([n for (_, name), n in most.items() if name == call], default=0) for call in DAEMON_CALLS}
    for call, number in points(counts, given.every, given.most):
        where, folder = f"daemon killed at {call} {number}", desk.fresh("b")
        tracer = Tracer(house.daemon.pid, [call], [f"{call}:signal=KILL:when={number}"])
        status, _ = desk.backup(folder)
        house.kill()
        tracer.end()
        kills += 1
        expect(status == 0 or not os.path.exists(os.path.join(folder, "gate", "SHA256SUMS")), f"{where}: half a backup is whole")
        house.start()
        expect(not os.listdir(os.path.join(house.vault, "blobs", "incoming")), f"{where}: something in incoming")
        desk.havre("lock", "--all")
        desk.unlock("Sylvie")
        status, said = desk.havre("check")
        expect(status == 0 and said.get("ok"), f"{where}: check {said}")
    last, places = desk.fresh("b"), (desk.fresh("v"), desk.fresh("g"))
    expect(desk.backup(last)[0] == 0 and desk.restore(last, places)[0] == 0, "a backup after all of them")
    print(f"daemons killed at system calls of a backup: {kills} of {sum(counts.values())} points", flush=True)


def spared(house, desk, given, backup):
    """Only the gate is lost: the vault as it is, with what came after the backup, and restores of it killed."""
    amina = house.unlock("Amina")
    case = amina.call("CaseNew")["case"]
    status, said = desk.restore(backup, (desk.fresh("v"), desk.fresh("g")), half=house.vault)
    expect(status == 9, f"a vault that is served is restored from: {status} {said}")
    house.kill()
    places = (desk.fresh("v"), desk.fresh("g"))
    status, said = desk.restore(backup, places, half=house.vault)
    named = [lost.get("case") for lost in said.get("lostCases", [])]
    expect(status == 0 and named == [case], f"lost are {named}, not {case}: {said}")
    killed_restores(desk, backup, given, half=house.vault, lost=1)


def raced(desk):
    """Two at once: into one folder one of them, into two both."""
    def both(folders):
        found = []
        threads = [threading.Thread(target=lambda f=f: found.append(desk.backup(f)[0])) for f in folders]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(found)

    one, two = desk.fresh("b"), desk.fresh("b")
    expect(both([one, two]) == [0, 0], "two backups at once")
    places = (desk.fresh("v"), desk.fresh("g"))
    expect(desk.restore(one, places)[0] == 0, "the first of two")
    same = desk.fresh("b")
    found = both([same, same])
    expect(found in ([0, 1], [0, 2]), f"two into one folder: {found}")
    status, said = desk.restore(same, (desk.fresh("v"), desk.fresh("g")))
    expect(status == 0, f"what one of two left: {said}")
    print("races: 2", flush=True)


def busy(house, desk, rounds=3):
    """Sixteen clients write; everything that was acknowledged before a backup began is in it."""
    amina = house.unlock("Amina")
    case = amina.call("CaseNew")["case"]
    amina.call("Open", case=case, purpose="visit")
    stop, lock, acknowledged = threading.Event(), threading.Lock(), []

    def write(number):
        try:
            client = house.connect()
            while not stop.is_set():
                if number == 0:
                    # Steps of the gate: the logs grow while they are copied.
                    client.call("CaseNew", session=amina.session)
                    continue
                reply = client.call(
                    "Add", session=amina.session, case=case, form="note", fields={"summary": "x"})
                with lock:
                    acknowledged.append(reply["record"])
        except (EOFError, OSError, Refused) as error:
            expect(stop.is_set(), f"a writer: {error}")

    writers = [threading.Thread(target=write, args=(number,)) for number in range(16)]
    for writer in writers:
        writer.start()
    kept = []
    for _ in range(rounds):
        with lock:
            before = list(acknowledged)
        folder = desk.fresh("b")
        status, said = desk.backup(folder)
        expect(status == 0, f"a backup of a busy house: {said}")
        kept.append((folder, before))
    stop.set()
    for writer in writers:
        writer.join()
    total = len(acknowledged)
    for folder, before in kept:
        places = (desk.fresh("v"), desk.fresh("g"))
        status, said = desk.restore(folder, places)
        expect(status == 0, f"restore of a busy house: {said}")
        other = House(tempfile.mkdtemp(prefix="havre-restored-"), places=places)
        other.start()
        person = other.unlock("Amina")
        person.call("Open", case=case, purpose="visit")
        shown = {record["record"] for record in person.call("Show", case=case)["records"]}
        expect(set(before) <= shown, f"{len(set(before) - shown)} acknowledged records are not in the backup")
        supervisor = other.unlock("Sylvie")
        expect(supervisor.call("Check")["ok"], "check of a busy house's backup")
        expect(supervisor.call("AuditVerify")["ok"], "log of a busy house's backup")
        other.remove()
    print(f"busy: {total} records written by 15, and cases by one, beside {rounds} backups", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--most", type=int, default=30)
    given = parser.parse_args()
    house = House()
    desk = Desk(house)
    try:
        house.start()
        sylvie = house.unlock("Sylvie")
        house.hire(sylvie, "Amina", "caseworker")
        amina = house.unlock("Amina")
        case = amina.call("CaseNew")["case"]
        amina.call("Open", case=case, purpose="visit")
        amina.call("Add", case=case, form="note", fields={"summary": "first"})
        for number in range(10):
            with tempfile.TemporaryFile() as file:
                file.write(os.urandom(1000 + number))
                file.flush()
                with open(f"/proc/self/fd/{file.fileno()}", "rb") as reading:
                    amina.call("Attach", files=[reading.fileno()], case=case, file=0)
        desk.unlock("Sylvie")
        busy(house, desk)
        raced(desk)
        killed_daemon(house, desk)
        if can_trace():
            killed_daemon_at_calls(house, desk, given)
            killed_backups(desk, given)
            starved_backups(desk, given)
            backup = desk.fresh("b")
            expect(desk.backup(backup)[0] == 0, "the backup that is restored again and again")
            killed_restores(desk, backup, given)
            starved_restores(desk, backup, given)
            spared(house, desk, given, backup)
        else:
            skipped("backups and restores at their system calls need root and strace")
    finally:
        house.remove()
        desk.remove()
    sys.exit(tidy("backups and restores", "backup"))


if __name__ == "__main__":
    main()
