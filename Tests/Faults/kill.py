#!/usr/bin/env python3
"""Ends a real havred with SIGKILL in the middle of writes, again and again, and looks whether anything was lost.

Eight clients write on one socket each and note what was acknowledged; the daemon is killed at a moment drawn from the
seed; after the restart everything acknowledged must be there, every version must have exactly one entry in the log,
no removal that was answered may be undone, `check` and the log must be clean and the log must continue the last
checkpoint that a client was given. Between the rounds tokens of earlier lives and unknown names are tried.

    Tests/Faults/kill.py [ROUNDS [SEED]]        prints its counts
"""
import random
import sys
import threading
import time

from house import House, Refused, expect, refusal, tidy

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 6
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 1


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
            client = house.connect()
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
            client = house.connect()
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
    sylvie, amina = house.unlock("Sylvie"), house.unlock("Amina")
    for old in tokens:
        outcome = refusal(lambda: amina.client.call("CaseList", session=old))
        expect(outcome == "Locked", "a token of an earlier life")
    found = sylvie.call("Check")
    expect(found["ok"] and not found["partial"] and not found["problems"], f"check: {found}")
    against = {"against": work.checkpoint} if work.checkpoint else {}
    expect(sylvie.call("AuditVerify", **against)["ok"], "the log does not continue the checkpoint")
    expect(amina.refused("Show", case=case) == "NotOpen", "a case was open")
    amina.call("Open", case=case, purpose="review")
    records = {shown["record"]: shown["version"] for shown in amina.call("Show", case=case)["records"]}
    lost = sum(records.get(record, 0) < version for (record, _), version in work.versions.items())
    expect(lost == 0, f"{lost} acknowledged versions are lost")
    total = 0
    for record, version in records.items():
        versions = [item["version"] for item in amina.call("History", case=case, record=record)["versions"]]
        expect(sorted(versions) == list(range(1, version + 1)), f"history {versions}")
        total += version
    writes = sum(entry["act"] in ("add", "edit", "case new") for entry in sylvie.call("AuditLog", case=case)["entries"])
    expect(writes == total, f"{total} versions and {writes} entries")
    if work.removed:
        outcome = house.unlock("Louis").refused("Open", case=case, purpose="review")
        expect(outcome == "NotFound", f"after an answered removal: {outcome}")
    return sylvie, amina, total


def probe(house):
    """An unknown name and a wrong passphrase: the same bytes."""
    client = house.connect()
    frames = {
        client.raw("Unlock", {"name": name, "passphrase": 0}, ["wrong"]) for name in ("Amina", "Nobody")}
    expect(len(frames) == 1, f"answers differ: {frames}")


def main():
    house = House()
    try:
        house.start()
        sylvie = house.unlock("Sylvie")
        house.hire(sylvie, "Amina", "caseworker")
        house.hire(sylvie, "Louis", "legal")
        amina = house.unlock("Amina")
        case = amina.call("CaseNew")["case"]
        amina.call("Open", case=case, purpose="visit")
        work, tokens, total = Work(), [], 0
        for turn in range(ROUNDS):
            threads = [
                threading.Thread(target=work.write, args=(house, amina.session, case, number, SEED + turn))
                for number in range(7)]
            threads.append(threading.Thread(target=work.share, args=(house, sylvie.session, case)))
            for thread in threads:
                thread.start()
            time.sleep(random.Random(SEED * 77 + turn).uniform(0.2, 1.5))
            house.kill()
            for thread in threads:
                thread.join()
            tokens += [sylvie.session, amina.session]
            house.start()
            sylvie, amina, total = judge(house, work, case, tokens)
            probe(house)
        house.kill()
        return tidy(f"{ROUNDS} kills, {work.answers} answers, {total} versions", "kill")
    finally:
        house.remove()


if __name__ == "__main__":
    sys.exit(main())
