#!/usr/bin/env python3
"""Reads the memory of a working daemon as root and looks for what must be gone, or must never be readable.

While a case is open and an answer waits to be taken, texts and keys are found: the look works. After `lock`, after
`lock --all` and after a panic in the middle of readers and writers no passphrase, text, code name or code of an
invitation is there, in UTF-8, UTF-16, hex or base64, nor the gate's key after the panic. Another process of the same
user gets neither `/proc/PID/mem` nor ptrace; a crash leaves no core.

    Tests/Faults/memory.py        needs root
"""
import base64
import ctypes
import ctypes.util
import os
import signal
import sqlite3
import struct
import subprocess
import sys
import threading
import time

from day import SUPERVISOR, WORKER, Day
from house import BIN, House, Refused, expect, phrase, skipped, tidy

NOBODY = 65534


def dump(pid):
    """All private memory of a process that can be read, mapping by mapping."""
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            place, rights, _, _, _, *name = line.split()
            # Files that are only mapped for reading hold nothing of ours.
            if name and name[0].startswith("/") and "w" not in rights or name == ["[vvar]"]:
                continue
            start, end = (int(number, 16) for number in place.split("-"))
            while start < end:
                try:
                    memory.seek(start)
                    piece = memory.read(min(end - start, 1 << 24))
                except (OSError, ValueError, OverflowError):
                    # A guard page.
                    start += 4096
                    continue
                if not piece:
                    break
                yield piece
                start += len(piece)


def ways(text):
    """How a piece of text may lie in memory."""
    plain = text.encode()
    yield plain
    yield text.encode("utf-16-le")
    yield plain.hex().encode()
    for shift in range(3):
        coded = base64.b64encode(bytes(shift) + plain)
        yield coded[(0, 2, 3)[shift]:len(coded) - 4]


def find(pid, needles):
    """How often each needle stands in the memory of a process; and how many bytes were looked at."""
    counts, size, tail = dict.fromkeys(needles, 0), 0, b""
    for piece in dump(pid):
        size += len(piece)
        if piece.count(0) == len(piece):
            continue
        for needle, forms in needles.items():
            counts[needle] += sum(piece.count(form) for form in forms)
    return {needle: count for needle, count in counts.items() if count}, size


def gate_key(house):
    """GK, as whoever holds the gate folder would open it: what `auto.key` seals under `device.key`."""
    sodium = ctypes.CDLL(ctypes.util.find_library("sodium"))
    database = sqlite3.connect(f"file:{house.gate}/gate.db?mode=ro", uri=True)
    vault = database.execute("SELECT vault FROM meta").fetchone()[0]
    database.close()
    with open(f"{house.gate}/device.key", "rb") as device, open(f"{house.gate}/auto.key", "rb") as auto:
        key, sealed = device.read(), auto.read()[16:]
    kind = b"havre/1/gate-auto"
    context = struct.pack("<I", len(kind)) + kind + struct.pack("<I", 16) + vault
    nonce, commitment, body = sealed[:24], sealed[24:56], sealed[56:]
    keyed = ctypes.create_string_buffer(64)
    sodium.crypto_generichash(keyed, ctypes.c_size_t(64), context + nonce, ctypes.c_ulonglong(len(context) + 24),
                              key, ctypes.c_size_t(32))
    expect(keyed.raw[32:] == commitment, "auto.key is not what its page says")
    opened = ctypes.create_string_buffer(32)
    status = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
        opened, None, None, body, ctypes.c_ulonglong(len(body)), context, ctypes.c_ulonglong(len(context)), nonce,
        keyed.raw[:32])
    expect(status == 0, "auto.key does not open")
    return opened.raw


class Look:
    """The daemon of a day, searched for what was entered."""

    def __init__(self, day):
        self.day = day
        self.pid = day.house.daemon.pid
        self.needles = {"a text": list(ways("quassia")), "a passphrase": list(ways("keeps a phrase")),
                        "another passphrase": list(ways("a new phrase of"))}
        for code in (secret for secret in day.secrets if " " not in secret):
            self.needles["code " + code[:4]] = list(ways(code))
        for name in day.texts["case"]:
            self.needles["case " + name] = list(ways(name))
        self.gate = {"the gate's key": [gate_key(day.house)]}
        self.size = 0

    def at(self, when, forbidden, wanted=()):
        found, size = find(self.pid, {**self.needles, **self.gate})
        self.size += size
        bad = {what: count for what, count in found.items() if what.startswith(tuple(forbidden))}
        expect(not bad, f"{when}: {bad}")
        for what in wanted:
            expect(what in found, f"{when}: the look itself does not find {what}")
        print(f"{when}: {size >> 20} MiB, {found or 'nothing'}", flush=True)


def crowd(day, count):
    """Readers and writers who go on until the daemon has enough of them; returns when their answers ended."""
    ended, answers = [], []

    def read(person):
        try:
            client = day.house.connect()
            while True:
                client.call("Show", session=person.session, case=day.case)
                answers.append(1)
        except (Refused, EOFError, OSError) as error:
            ended.append((time.monotonic(), str(error)))

    def write(person, number):
        try:
            client = day.house.connect()
            while True:
                client.call("Add", session=person.session, case=day.case, form="note",
                            fields={"summary": f"quassia in haste {number}"})
                answers.append(1)
        except (Refused, EOFError, OSError) as error:
            ended.append((time.monotonic(), str(error)))

    person = day.people[WORKER]
    threads = [threading.Thread(target=read, args=(person,)) for _ in range(count)]
    threads += [threading.Thread(target=write, args=(person, number)) for number in range(count // 8)]
    for thread in threads:
        thread.start()
    return threads, ended, answers


def life():
    """Open, locked, all locked, panic."""
    day = Day()
    try:
        day.begin()
        day.work()
        amina, sylvie = day.people[WORKER], day.people[SUPERVISOR]
        look = Look(day)
        # An answer that nobody takes keeps its texts, and ends in an error when its reader goes.
        waiting = [day.house.connect() for _ in range(6)]
        for client in waiting:
            for _ in range(40):
                client.send("Show", {"session": amina.session, "case": day.case}, more=True)
        time.sleep(1)
        look.at("open", ["a passphrase", "another", "code"], ["a text", "the gate's key", "case " + day.case])
        for client in waiting:
            client.close()
        time.sleep(1)
        for name, person in day.people.items():
            if name != SUPERVISOR:
                person.call("Lock")
        time.sleep(0.2)
        look.at("locked but for a supervisor", ["a passphrase", "another", "code", "a text"])
        sylvie.client.call("Lock", all=True)
        time.sleep(0.2)
        look.at("all locked", ["a passphrase", "another", "code", "a text", "case"])
        day.people[WORKER] = day.house.unlock(WORKER, "a new phrase of Aminata's own")
        day.people[WORKER].call("Open", case=day.case, purpose="visit")
        threads, ended, answers = crowd(day, 64)
        time.sleep(2)
        begun = time.monotonic()
        day.house.connect().call("Panic")
        took = time.monotonic() - begun
        for thread in threads:
            thread.join(20)
        last = max(moment for moment, _ in ended) - begun
        kinds = {word for _, word in ended}
        expect(kinds <= {"Locked", "NotOpen", "GateClosed", ""}, f"after a panic: {kinds}")
        expect(len(ended) == len(threads), f"{len(threads) - len(ended)} answers are still awaited")
        alive = day.house.daemon.poll() is None
        print(f"panic: answered after {took * 1000:.0f} ms, the last of {len(threads)} others after {last * 1000:.0f} ms, "
              f"{len(answers)} answers before, the daemon is {'there' if alive else 'gone'}", flush=True)
        if alive:
            look.at("after a panic", ["a passphrase", "another", "code", "a text", "case", "the gate's key"])
        day.house.stop()
        expect(not os.path.exists(os.path.join(day.house.gate, "auto.key")), "auto.key after a panic")
        day.house.start()
        day.house.unlock(SUPERVISOR).call("Check")
        day.house.stop()
        status, said = day.house.check()
        expect(status == 0, f"after a panic and a supervisor: {said}")
        return look.size
    finally:
        day.house.remove()


PROBE = r"""
import ctypes, os, sys
pid = int(sys.argv[1])
libc = ctypes.CDLL(None, use_errno=True)
for name in ("mem", "maps", "environ"):
    try:
        with open(f"/proc/{pid}/{name}", "rb", buffering=0) as file:
            file.read(1)
        print("read", name)
    except (PermissionError, OSError) as error:
        print("refused", name, error.errno)
class Part(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]
space = ctypes.create_string_buffer(16)
mine, theirs = Part(ctypes.addressof(space), 16), Part(0x400000, 16)
print("process_vm_readv", libc.process_vm_readv(pid, ctypes.byref(mine), 1, ctypes.byref(theirs), 1, 0), ctypes.get_errno())
print("ptrace", libc.ptrace(16, pid, 0, 0), ctypes.get_errno())
"""


def neighbour():
    """A daemon of an ordinary user, before another process of the same user."""
    folder = "/var/tmp" if os.path.isdir("/var/tmp") else "/tmp"
    as_nobody = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    house = House.__new__(House)
    house.folder = subprocess.run(["mktemp", "-d", "-p", folder, "havre-neighbour-XXXXXX"], check=True,
                                  stdout=subprocess.PIPE, text=True).stdout.strip()
    os.chown(house.folder, NOBODY, NOBODY)
    try:
        programs = os.path.join(house.folder, "bin")
        os.mkdir(programs)
        for name in ("havre", "havred"):
            subprocess.run(["cp", os.path.join(BIN, name), programs], check=True)
        os.chmod(programs, 0o755)
        secret = os.path.join(house.folder, "phrase")
        with open(secret, "w") as file:
            file.write(phrase("Sylvie"))
        places = ["--vault", house.folder + "/v", "--gate", house.folder + "/g"]
        with open(secret) as file:
            subprocess.run([*as_nobody, programs + "/havre", "init", *places, "--name", "M", "--supervisor", "Sylvie",
                            "--passphrase-fd", "0", "--no-drill", "--json"], check=True, stdin=file, stdout=subprocess.PIPE)
        daemon = subprocess.Popen([*as_nobody, programs + "/havred", *places, "--socket", house.folder + "/r/s.sock"],
                                  stdout=subprocess.PIPE, cwd=house.folder)
        expect(daemon.stdout.readline().strip() == b"ready", "a daemon of an ordinary user")
        probed = subprocess.run([*as_nobody, sys.executable, "-c", PROBE, str(daemon.pid)], stdout=subprocess.PIPE, text=True)
        answers = probed.stdout.split("\n")
        expect(sum(line.startswith("refused") for line in answers) == 3, f"the same user reads: {answers}")
        expect("process_vm_readv -1 1" in answers and "ptrace -1 1" in answers, f"the same user attaches: {answers}")
        control = subprocess.Popen([*as_nobody, "sleep", "20"])
        time.sleep(0.2)
        probed = subprocess.run([*as_nobody, sys.executable, "-c", PROBE, str(control.pid)], stdout=subprocess.PIPE, text=True)
        expect("read maps" in probed.stdout and "ptrace 0" in probed.stdout, f"the probe reads nothing: {probed.stdout}")
        control.kill()
        control.wait()
        crash(daemon, house.folder)
    finally:
        subprocess.run(["rm", "-rf", house.folder])


def crash(daemon, folder):
    with open(f"/proc/{daemon.pid}/limits") as limits:
        core = next(line for line in limits if line.startswith("Max core"))
    expect(core.split()[4:6] == ["0", "0"], f"core limit {core}")
    before = set(os.listdir(folder))
    os.kill(daemon.pid, signal.SIGSEGV)
    _, status = os.waitpid(daemon.pid, 0)
    daemon.returncode = 0
    expect(os.WIFSIGNALED(status) and not os.WCOREDUMP(status), f"a core: status {status}")
    expect(set(os.listdir(folder)) == before, f"a crash leaves {set(os.listdir(folder)) - before}")
    daemon.stdout.close()


def main():
    if os.geteuid() != 0:
        skipped("looks into memory: needs root")
        return 0
    size = life()
    neighbour()
    return tidy(f"{size >> 20} MiB searched", "memory")


if __name__ == "__main__":
    sys.exit(main())
