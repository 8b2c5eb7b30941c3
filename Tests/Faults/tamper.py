#!/usr/bin/env python3
"""Writes into the stored files of a filled house, one change at a time, and looks whether anybody is fooled.

Each cell of each row of vault.db and gate.db is changed, rows are swapped, removed, put back as they were, whole
files rolled back, objects planted in the schema, key files, logs and attachments changed. Every one must be found by
`havre check --vault --gate` (exit 5, ok false), but for what is missing or older in the gate itself. Some are then read through a daemon, started afterwards or running
meanwhile: whatever it answers is an error or the truth, also after it has written something itself.

    Tests/Faults/tamper.py [--every N] [--cold N] [--live N]

`--every` looks at every N-th change only, `--cold` starts a daemon on every N-th of those, `--live` makes every N-th
under a running one. Without them the short form: under two minutes.
"""
import argparse
import os
import shutil
import sqlite3
import sys
import tempfile

import acts
from forgeries import TABLES, Forgeries
from house import House, Refused, expect, tidy
from scene import Scene

class Reader:
    """Everything that Amina and Sylvie can be shown, as it truly is."""

    def __init__(self, scene):
        self.case = scene.case
        self.attachments = sorted(scene.attachments)
        self.records = sorted(scene.versions)
        self.phrases = dict(scene.phrases)
        self.truth = {name: act() for name, act in self.acts(scene.people)}

    def acts(self, people):
        amina, sylvie = people["Amina"], people["Sylvie"]
        case = self.case

        def plain(person, method, **parameters):
            def act():
                reply = person.call(method, **parameters)
                return {key: value for key, value in reply.items() if key not in ("checkpoint", "consistency")}
            return act

        yield "audit", lambda: sylvie.call("AuditLog")["entries"]
        yield "list", plain(amina, "CaseList")
        yield "cards", plain(sylvie, "CaseList")
        yield "staff", plain(sylvie, "StaffList")
        yield "contacts", plain(amina, "ContactList")
        yield "access", plain(sylvie, "Access", case=case)
        yield "case", plain(amina, "CaseShow", case=case)
        yield "show", plain(amina, "Show", case=case)
        yield "find", plain(amina, "Find", text="edit")
        for record in self.records:
            yield "read " + record, plain(amina, "Show", case=case, record=record)
            yield "history " + record, plain(amina, "History", case=case, record=record)
        for attachment in self.attachments:
            yield "fetch " + attachment, lambda attachment=attachment: self.fetch(amina, attachment)

    def fetch(self, amina, attachment):
        with tempfile.TemporaryFile() as out:
            amina.call("Fetch", files=[out.fileno()], case=self.case, attachment=attachment, out=0)
            out.seek(0)
            return out.read()

    def judge(self, people, name):
        """Reads everything; an answer that is not the truth is a failure, but for what the gate has lost. Returns how
        many were refused."""
        refused = 0
        for what, act in self.acts(people):
            try:
                said = act()
            except Refused as error:
                refused += 1
                expect(str(error) not in ("Internal", "Usage", "Invalid"), f"{name}: {what} answers {error}")
                continue
            except (EOFError, OSError):
                return -1
            true = self.truth[what]
            if what == "audit":
                said = said[:len(true)]
            expect(said == true or lost(name), f"{name}: {what} is shown, and not true")
        return refused

    def people(self, house):
        people = {name: house.unlock(name, self.phrases[name]) for name in ("Sylvie", "Amina")}
        people["Amina"].call("Open", case=self.case, purpose="visit")
        return people


def lost(name):
    """A cell of the gate that is gone or stands under another name: check finds a changed name, a start need not."""
    return name.startswith(("remove gate cell", "flip gate cell.name", "length gate cell.name"))


def unpromised(name):
    """The gate judges the vault, and nobody judges the gate: what is missing or older there need not be found."""
    return name == "earlier gate.db" or name.startswith("remove gate cell")


class Campaign:
    def __init__(self, given):
        self.given = given
        self.counts = {"changes": 0, "found": 0, "cold": 0, "unopened": 0, "live": 0, "refused": 0, "ended": 0}
        self.scene = Scene(House())
        self.house = self.scene.house
        self.true, self.earlier = self.fill()
        self.forgeries = Forgeries(self.true, self.earlier)

    def fill(self):
        """A house that has lived: two copies of its stopped stores, with a second day between them."""
        attach, edit, grant, revoke = acts.Attach(), acts.Edit(), acts.Grant(), acts.Revoke()
        passwd, assign = acts.Passwd(), acts.Assign()
        for act in (attach, edit, grant):
            self.play(act)
        earlier = self.stopped("earlier")
        self.again()
        for act in (attach, edit, edit, revoke, passwd, assign, acts.CaseNew(), acts.Confirm()):
            self.play(act)
        # More than one tile of the log is full.
        for _ in range(260):
            self.scene.shown()
        self.reader = Reader(self.scene)
        return self.stopped("true"), earlier

    def play(self, act):
        asked = act.prepare(self.scene)
        act.do(self.scene, asked)
        if act.name == "passwd":
            self.scene.phrases["Amina"] = asked["new"]
        if act.name in ("attach", "edit"):
            self.scene.attachments |= {asked["attachment"]} if "attachment" in asked else set()
        self.scene.versions = {record["record"]: record["version"] for record in self.scene.shown()}

    def again(self):
        self.house.start()
        for name in ("Sylvie", "Amina", "Louis"):
            self.scene.unlock(name)
        self.scene.open()

    def stopped(self, name):
        expect(self.house.stop() == 0, "a clean stop")
        folder = os.path.join(self.house.folder, name)
        for store in TABLES:
            shutil.copytree(os.path.join(self.house.folder, store), os.path.join(folder, store))
        return folder

    def restore(self):
        for store in TABLES:
            there = os.path.join(self.house.folder, store)
            shutil.rmtree(there)
            shutil.copytree(os.path.join(self.true, store), there)

    def offline(self, name):
        # Asked first: a check brings the gate forward.
        unused = name in ("flip gate/gate.db", "cut gate/gate.db") and self.holds_the_same()
        status, said = self.house.check()
        found = status == 5 and said.get("ok") is False and bool(said.get("problems"))
        # A closed gate is no fault that can be seen without a supervisor: then it says that it saw only a part. A panic
        # that was cut short leaves such an empty file.
        partial = status == 5 and said.get("ok") is False and (
            name.startswith("gone gate/") and name.endswith(".key") or name == "empty gate/auto.key")
        unused = unused and not found
        expect(found or partial or unused or unpromised(name), f"{name}: check exits {status}, says {said}")
        self.counts["changes"] += 1
        self.counts["found"] += found or partial
        self.counts["unused"] = self.counts.get("unused", 0) + unused

    def holds_the_same(self):
        """Bytes of a free page belong to nothing: whether all rows of the gate are as they were."""
        return all(self.forgeries.rows(self.house.folder, "gate", table) == self.forgeries.rows(self.true, "gate", table)
                   for table in TABLES["gate"])

    def cold(self, name):
        """A daemon that starts on the changed files."""
        self.counts["cold"] += 1
        if self.house.launch() != b"ready":
            self.counts["unopened"] += 1
            expect(self.house.ended() > 0, f"{name}: no start, and no status")
            return
        try:
            people = self.reader.people(self.house)
            self.counts["refused"] += max(0, self.reader.judge(people, name))
            silent = not people["Sylvie"].refused("Check") and people["Sylvie"].call("Check")["ok"]
            expect(not silent or unpromised(name), f"{name}: check online")
        except Refused as error:
            self.counts["refused"] += 1
            expect(str(error) != "Internal", f"{name}: {error}")
        except (EOFError, OSError):
            self.counts["ended"] += 1
        self.house.kill()

    def live(self, name, act):
        """The same under a daemon that runs, has read everything, and afterwards writes."""
        self.restore()
        self.counts["live"] += 1
        self.house.start()
        people = self.reader.people(self.house)
        self.reader.judge(people, f"before {name}")
        try:
            act(self.house.folder)
            refused = self.reader.judge(people, f"live {name}")
            self.counts["refused"] += max(0, refused)
            self.counts["ended"] += refused < 0
            # A change of its own does not make the other's good: looked at again when it has ended.
            people["Amina"].refused("Edit", case=self.reader.case, record=self.scene.record, fields={"summary": "mine"})
        except sqlite3.OperationalError as error:
            print(f"live {name}: {error}", flush=True)
        except (EOFError, OSError):
            self.counts["ended"] += 1
        self.house.stop()
        status, said = self.house.check()
        expect(status == 5 and said.get("ok") is False or unpromised(name), f"live {name}: afterwards check exits {status}")

    def run(self):
        status, said = self.house.check()
        expect(status == 0 and said["ok"] and not said["partial"], f"the true house: {status} {said}")
        for index, (name, act) in enumerate(self.forgeries.all()):
            if index % self.given.every and not name.startswith(("old", "back", "all old", "cut", "earlier", "swapped")):
                continue
            if not name.startswith(self.given.only):
                continue
            self.restore()
            try:
                act(self.house.folder)
            except (sqlite3.IntegrityError, sqlite3.OperationalError) as error:
                # A key that stands already, say: SQLite itself refuses, and nothing was changed.
                self.counts["impossible"] = self.counts.get("impossible", 0) + 1
                continue
            self.offline(name)
            if self.counts["changes"] % self.given.cold == 0 or name == "earlier gate.db":
                self.restore()
                act(self.house.folder)
                self.cold(name)
            database = name.split()[1:2] != ["gate"] and not name.startswith(("gone", "empty", "earlier", "flip gate", "cut gate"))
            if self.counts["changes"] % self.given.live == 0 and database:
                self.live(name, act)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--every", type=int, default=17)
    parser.add_argument("--cold", type=int, default=11)
    parser.add_argument("--live", type=int, default=23)
    parser.add_argument("--only", default="", help="names that begin so")
    given = parser.parse_args()
    campaign = Campaign(given)
    try:
        campaign.run()
        return tidy(", ".join(f"{count} {name}" for name, count in campaign.counts.items()), "tamper")
    finally:
        campaign.house.remove()


if __name__ == "__main__":
    sys.exit(main())
