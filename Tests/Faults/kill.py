#!/usr/bin/env python3
"""Ends a real havred with SIGKILL in the middle of writes, again and again, and looks whether anything was lost.

Eight clients write on one socket each and note what was acknowledged; the daemon is killed at a moment drawn from the
seed; after the restart everything acknowledged must be there, every version must have exactly one entry in the log,
no removal that was answered may be undone, `check` and the log must be clean and the log must continue the last
checkpoint that a client was given. Between the rounds tokens of earlier lives and unknown names are tried.

    Tests/Faults/kill.py [ROUNDS [SEED]]        after `swift build`; prints its counts
"""
import array
import fcntl
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.environ.get("HAVRE_BIN", os.path.join(ROOT, ".build", "debug"))
ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 6
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 1
F_ADD_SEALS, ALL_SEALS = 1033, 15
failures = 0


def expect(ok, what):
    global failures
    if not ok:
        failures += 1
        print("FAILED", what, flush=True)


def sealed(text):
    number = os.memfd_create("secret", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.write(number, text.encode())
    fcntl.fcntl(number, F_ADD_SEALS, ALL_SEALS)
    return number


class Refused(Exception):
    pass


class Client:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.rest = b""

    def raw(self, method, parameters, secrets=()):
        message = json.dumps({"method": "org.havre.Vault." + method, "parameters": parameters}).encode() + b"\0"
        numbers = [sealed(text) for text in secrets]
        try:
            rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", numbers))] if numbers else []
            self.socket.sendmsg([message], rights)
        finally:
            for number in numbers:
                os.close(number)
        while b"\0" not in self.rest:
            piece = self.socket.recv(1 << 20)
            if not piece:
                raise EOFError
            self.rest += piece
        frame, self.rest = self.rest.split(b"\0", 1)
        return frame

    def call(self, method, secrets=(), **parameters):
        reply = json.loads(self.raw(method, parameters, secrets))
        if "error" in reply:
            raise Refused(reply["error"].removeprefix("org.havre.Vault."))
        return reply.get("parameters", {})


def refusal(act):
    try:
        act()
    except Refused as error:
        return str(error)
    return None


class House:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="havre-kill-")
        os.chmod(self.folder, 0o700)
        self.path = os.path.join(self.folder, "run", "havred.sock")
        os.mkdir(os.path.dirname(self.path), 0o700)
        self.places = [
            "--vault", os.path.join(self.folder, "vault"), "--gate", os.path.join(self.folder, "gate")]
        self.daemon = None
        passphrase = sealed("sylvie phrase")
        os.lseek(passphrase, 0, os.SEEK_SET)
        subprocess.run(
            [os.path.join(BIN, "havre"), "init", *self.places, "--name", "Kill", "--supervisor", "Sylvie",
             "--passphrase-fd", str(passphrase), "--no-drill", "--json"],
            check=True, pass_fds=[passphrase], stdout=subprocess.DEVNULL)

    def start(self):
        self.daemon = subprocess.Popen(
            [os.path.join(BIN, "havred"), *self.places, "--socket", self.path], stdout=subprocess.PIPE)
        line = self.daemon.stdout.readline().strip()
        expect(line == b"ready", f"start: {line!r}")

    def kill(self):
        self.daemon.send_signal(signal.SIGKILL)
        self.daemon.wait()
        self.daemon.stdout.close()

    def unlock(self, name):
        client = Client(self.path)
        reply = client.call("Unlock", name=name, passphrase=0, secrets=[f"{name.lower()} phrase"])
        return client, reply["session"]

    def hire(self, client, session, name, role):
        code = client.call("StaffInvite", session=session, name=name, role=role)["code"]
        words = client.call(
            "Enrol", name=name, code=0, passphrase=1, secrets=[code, f"{name.lower()} phrase"])["words"]
        client.call("StaffConfirm", session=session, name=name, words=words)


class Work:
    """What clients were told."""

    def __init__(self):
        self.lock = threading.Lock()
        self.versions = {}
        self.checkpoint = None
        self.removed = None
        self.answers = 0

    def write(self, house, session, case, number, seed):
        chance = random.Random(seed * 1000 + number)
        try:
            client = Client(house.path)
            while True:
                with self.lock:
                    mine = [record for record, place in self.versions if place == number]
                if mine and chance.random() < 0.5:
                    method, more = "Edit", {"record": chance.choice(mine)}
                else:
                    method, more = "Add", {"form": "note"}
                text = "x" * chance.randrange(1, 3000)
                reply = client.call(method, session=session, case=case, fields={"summary": text}, **more)
                with self.lock:
                    self.versions[reply["record"], number] = reply["version"]
                    self.checkpoint = reply["checkpoint"]
                    self.answers += 1
        except (EOFError, OSError):
            pass
        except Refused as error:
            expect(False, f"a write was refused: {error}")

    def share(self, house, session, case):
        """Grants and removes all the time; the last answer counts."""
        try:
            client = Client(house.path)
            while True:
                with self.lock:
                    self.removed = None
                client.call(
                    "Grant", session=session, case=case, name="Louis", compartments=["notes"], rights=["read"],
                    purpose="review")
                client.call("Revoke", session=session, case=case, name="Louis")
                with self.lock:
                    self.removed = True
                    self.answers += 1
                time.sleep(0.05)
        except (EOFError, OSError):
            pass
        except Refused as error:
            expect(False, f"a grant was refused: {error}")


def judge(house, work, case, tokens):
    sylvie, token = house.unlock("Sylvie")
    amina, mine = house.unlock("Amina")
    for old in tokens:
        expect(refusal(lambda: amina.call("CaseList", session=old)) == "Locked", "a token of an earlier life")
    found = sylvie.call("Check", session=token)
    expect(found["ok"] and not found["partial"] and not found["problems"], f"check: {found}")
    against = {"against": work.checkpoint} if work.checkpoint else {}
    expect(sylvie.call("AuditVerify", session=token, **against)["ok"], "the log does not continue the checkpoint")
    expect(refusal(lambda: amina.call("Show", session=mine, case=case)) == "NotOpen", "a case was open")
    amina.call("Open", session=mine, case=case, purpose="review")
    total = 0
    lost = 0
    records = {shown["record"]: shown["version"] for shown in amina.call("Show", session=mine, case=case)["records"]}
    for (record, _), version in work.versions.items():
        lost += records.get(record, 0) < version
    expect(lost == 0, f"{lost} acknowledged versions are lost")
    first = 0
    for record, version in records.items():
        versions = [item["version"] for item in amina.call(
            "History", session=mine, case=case, record=record)["versions"]]
        expect(sorted(versions) == list(range(1, version + 1)), f"history {versions}")
        total += version
    entries = [entry for entry in sylvie.call("AuditLog", session=token, case=case)["entries"]]
    writes = sum(entry["act"] in ("add", "edit", "case new") for entry in entries)
    expect(writes == total, f"{total} versions and {writes} entries")
    if work.removed:
        louis, his = house.unlock("Louis")
        outcome = refusal(lambda: louis.call("Open", session=his, case=case, purpose="review"))
        expect(outcome == "NotFound", f"after an answered removal: {outcome}")
    return (sylvie, token), (amina, mine), total


def probe(house):
    """An unknown name and a wrong passphrase: the same bytes."""
    client = Client(house.path)
    frames = {
        client.raw("Unlock", {"name": name, "passphrase": 0}, ["wrong"]) for name in ("Amina", "Nobody")}
    expect(len(frames) == 1, f"answers differ: {frames}")


def main():
    house = House()
    try:
        house.start()
        sylvie, token = house.unlock("Sylvie")
        house.hire(sylvie, token, "Amina", "caseworker")
        house.hire(sylvie, token, "Louis", "legal")
        amina, mine = house.unlock("Amina")
        case = amina.call("CaseNew", session=mine)["case"]
        amina.call("Open", session=mine, case=case, purpose="visit")
        work, tokens, total = Work(), [], 0
        for turn in range(ROUNDS):
            threads = [
                threading.Thread(target=work.write, args=(house, mine, case, number, SEED + turn))
                for number in range(7)]
            threads.append(threading.Thread(target=work.share, args=(house, token, case)))
            for thread in threads:
                thread.start()
            time.sleep(random.Random(SEED * 77 + turn).uniform(0.2, 1.5))
            house.kill()
            for thread in threads:
                thread.join()
            tokens += [token, mine]
            house.start()
            (sylvie, token), (amina, mine), total = judge(house, work, case, tokens)
            probe(house)
        house.kill()
        print(f"{ROUNDS} kills, {work.answers} answers, {total} versions, {failures} failed", flush=True)
    finally:
        if house.daemon and house.daemon.poll() is None:
            house.daemon.kill()
        shutil.rmtree(house.folder, ignore_errors=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
