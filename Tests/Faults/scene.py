"""A house with people and a case in it, and what was acknowledged there, for `points.py` and others."""
import os
import tempfile

from house import Refused, expect, phrase, refusal

STAFF = {"Amina": "caseworker", "Louis": "legal", "Karim": "caseworker"}
# A test identity's; nobody has a secret under it.
CONTACT_KEY = "age1svyvwy98ldeaxmdw8drvrpv8hdy8yxqp49jlhu79c08yjjst5pesnglhaa"


class Scene:
    """A house with staff, one case of Amina's with records, a contact; what was acknowledged in it."""

    def __init__(self, house):
        self.house = house
        self.people = {}
        self.phrases = {name: phrase(name) for name in ["Sylvie", *STAFF]}
        self.serial = 0
        self.attachments = set()
        self.versions = {}
        house.start()
        self.unlock("Sylvie")
        for name, role in STAFF.items():
            house.hire(self["Sylvie"], name, role)
        self.unlock("Amina")
        self.unlock("Louis")
        self.case = self["Amina"].call("CaseNew")["case"]
        self.open()
        self.add("identity", {"given_name": "Aïssatou", "family_name": "Koné"})
        self.record = self.add("note", {"summary": "first"})
        self.statement = self.add(
            "statement",
            {"kind": "ofpra_narrative", "date": "2020-03-01", "text": ["Je suis arrivée en mars.", "Il a pris mon passeport."]})
        self["Louis"].call(
            "ContactAdd", name="Me Diop", organisation="Barreau", kind="lawyer", language="fr", key=CONTACT_KEY,
            checked="read out")
        self["Sylvie"].call("ContactConfirm", name="Me Diop")
        self.add("consent", {"given_by": "person", "recipient": "Me Diop", "form_groups": ["evidence"],
                             "purpose": "asylum_claim", "status": "active"})
        self.grant()
        self.versions = {record["record"]: record["version"] for record in self.shown()}

    def shown(self):
        return self["Amina"].call("Show", case=self.case)["records"]

    def __getitem__(self, name):
        return self.people[name]

    def unlock(self, name):
        self.people[name] = self.house.unlock(name, self.phrases[name])

    def open(self, name="Amina"):
        self[name].call("Open", case=self.case, purpose="visit")

    def add(self, form, fields):
        return self["Amina"].call("Add", case=self.case, form=form, fields=fields)["record"]

    def grant(self):
        self["Sylvie"].call(
            "Grant", case=self.case, name="Louis", compartments=["evidence", "consent"],
            rights=["read", "redact-export"], purpose="appeal")
        self.open("Louis")

    def next(self, word):
        self.serial += 1
        return f"{word}{self.serial}"

    def mark(self):
        """The last checkpoint that was seen, and how many entries there are."""
        checkpoint = self["Sylvie"].call("AuditCheckpoint")["note"]
        return checkpoint, len(self["Sylvie"].call("AuditLog")["entries"])

    def restart(self, act, answered, where):
        """Starts and unlocks everybody again; false when that is a failure."""
        line = self.house.launch()
        if not expect(line == b"ready", f"{where}: start {line!r} {self.house.complaint()}"):
            return False
        state = self.house.connect().call("Status")["state"]
        closed = act.name == "panic" and (answered or state == "closed")
        if not expect(state == ("closed" if closed else "serving"), f"{where}: it is {state}"):
            return False
        if closed:
            expect(refusal(lambda: self.house.unlock("Amina")) in ("GateClosed", "WrongPassphrase"),
                   f"{where}: somebody got in after a panic")
        for name in ["Sylvie", "Amina", "Louis"]:
            self.phrases[name] = self.found_phrase(name, where)
        return True

    def found_phrase(self, name, where):
        """Unlocks with the phrase that opens; when two may, exactly one does."""
        maybe = getattr(self, "maybe", {}).pop(name, None)
        good = []
        for text in [self.phrases[name]] + ([maybe] if maybe else []):
            try:
                self.people[name] = self.house.unlock(name, text)
                good.append(text)
            except Refused as error:
                expect(str(error) == "WrongPassphrase" and maybe, f"{where}: unlock {name} {error}")
        expect(len(good) == 1, f"{where}: {len(good)} phrases open {name}")
        return good[0] if good else self.phrases[name]

    def judge(self, act, asked, answered, mark, where):
        sylvie, amina = self["Sylvie"], self["Amina"]
        found = sylvie.call("Check")
        expect(found["ok"] and not found["partial"], f"{where}: check {found}")
        verified = sylvie.call("AuditVerify", against=mark[0])
        expect(verified["ok"], f"{where}: the log does not continue")
        # Unlocks of this restart are entries too, but not of the kinds that are counted.
        entries = sylvie.call("AuditLog")["entries"]
        expect([entry["index"] for entry in entries] == sorted({entry["index"] for entry in entries}),
               f"{where}: indices")
        self.open()
        there = act.effect(self, asked)
        if act.name == "unlock":
            written = sum(entry["act"] == "unlock" and entry["actor"] == "Karim" for entry in entries[mark[1]:])
        else:
            written = sum(entry["act"] == act.entry and entry["outcome"] == "done" for entry in entries[mark[1]:])
        if there is not None:
            expect(written == int(there), f"{where}: there {there}, entries {written}")
        expect(written <= 1, f"{where}: {written} entries")
        if answered:
            expect(there in (True, None) and (written == 1 or not act.entry), f"{where}: acknowledged and not there")
        self.whole(where)
        act.judge(self, asked, bool(there))

    def whole(self, where):
        """Everything acknowledged before is what it was, and no file is left over."""
        shown = {record["record"]: record["version"] for record in self.shown()}
        for record, version in self.versions.items():
            expect(shown.get(record) == version, f"{where}: {record} has {shown.get(record)} for {version}")
        self.extra = {record: version for record, version in shown.items() if record not in self.versions}
        expect(not self.extra, f"{where}: records that nobody knows {self.extra}")
        blobs = os.path.join(self.house.vault, "blobs")
        stored = [name for name in os.listdir(blobs) if name != "incoming"]
        expect(len(stored) == len(self.attachments), f"{where}: {len(stored)} files for {len(self.attachments)}")
        expect(not os.listdir(os.path.join(blobs, "incoming")), f"{where}: something in incoming")
        for attachment in self.attachments:
            with tempfile.TemporaryFile() as out:
                self["Amina"].call("Fetch", files=[out.fileno()], case=self.case, attachment=attachment, out=0)
