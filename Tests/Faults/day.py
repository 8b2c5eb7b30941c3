"""A whole day of a house, every text of which is remembered: what somebody who reads files or memory would look for."""
import json
import os
import subprocess
import unicodedata

from house import BIN, House, Refused, expect, phrase, sealed
from scene import CONTACT_KEY

SUPERVISOR, WORKER, LAWYER, SHELTER = "Sylvaine-Quitterie", "Aminata-Zélie", "Ludovic-Anselme", "Théodora Ypsilanti"
VALUES = {"phone": "+33 6 39 98 17 42", "email": "tamsir.quenouille@exemple.invalid", "date": "2019-08-23",
          "datetime": "2019-08-23T10:00:00Z", "digest": "0" * 64}


class Day:
    """Plays it. `texts` is what was entered, by kind; `secrets` what must be nowhere but in heads and descriptors."""

    def __init__(self, house=None):
        self.house = house or House(supervisor=SUPERVISOR, organisation="Maison Frangipanier")
        self.texts = {"name": [SUPERVISOR, WORKER, LAWYER, SHELTER, "Maison Frangipanier"], "text": [], "file": [],
                      "case": [], "id": [], "code": []}
        self.secrets = [phrase(name) for name in self.texts["name"][:4]]
        self.fields = set()
        self.serial = 0
        # Where the programs may put what they must keep: sessions, what they remember of the log, and nothing else.
        self.state = os.path.join(self.house.folder, "state")
        self.run_folder = os.path.join(self.house.folder, "runtime")
        self.temporary = os.path.join(self.house.folder, "temporary")
        for folder in (self.state, self.run_folder, self.temporary):
            os.makedirs(folder, 0o700, exist_ok=True)
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": self.house.folder, "XDG_STATE_HOME": self.state,
            "XDG_RUNTIME_DIR": self.run_folder, "TMPDIR": self.temporary, "HAVRE_SOCKET": self.house.path,
            "LANG": "fr_FR.UTF-8"}
        self.watch = lambda process: None

    # What is typed.

    def word(self, hint, kind="text"):
        self.serial += 1
        # Two marks, for what a case says and for what the house knows without one.
        word = f"{hint[:6]}{'pitaya' if kind == 'name' else 'quassia'}{self.serial}é"
        self.texts[kind].append(word)
        return word

    def value(self, field):
        """A value that a field takes, remembered."""
        name, form = field["name"], field["type"]
        self.fields.add(name)
        if form in ("text", "long"):
            return " ".join(self.word(name) for _ in range(1 if form == "text" else 6))
        if form == "sentences":
            return [f"{self.word(name)} est venue avec {self.word(name)}." for _ in range(5)]
        if form == "date":
            self.texts["code"].append(VALUES["date"])
            return VALUES["date"]
        if form == "int":
            return 7
        if form == "bool":
            return True
        if form in ("code", "mcode"):
            self.texts["code"].append(field["codes"][0])
            return field["codes"][0] if form == "code" else field["codes"][:2]
        if form == "sub":
            return [{part["name"]: self.value(part) for part in field["fields"] if part["type"] not in ("ref", "file")}]
        return None

    def fill(self, person, case, form):
        described = person.client.call("Forms", form=form)
        values = {}
        for field in described["fields"]:
            value = self.value(field)
            if value is not None:
                values[field["name"]] = value
        if form == "consent":
            values.update(recipient="Me Okonjo-Diop", form_groups=["evidence"], purpose="asylum_claim", status="active",
                          given_by="person", valid_from="2020-01-01", valid_until="2090-01-01")
            values.pop("withdrawn_at", None)
            values.pop("withdrawn_how", None)
        if form == "case":
            values["risk_level"] = "low"
        # It would put the note into another compartment, where its edits then have to stay.
        values.pop("raised_to", None)
        for _ in range(60):
            try:
                return person.call("Add", case=case, form=form, fields=values)["record"]
            except Refused as error:
                if str(error) != "Invalid" or not self.mend(values, error.parameters.get("field", "")):
                    raise
        raise RuntimeError(form)

    def mend(self, values, field):
        """Another value where the form wants a telephone number, an address, a time; else none."""
        path = field.replace("[", ".").replace("]", "").split(".")
        place = values
        for step in path[:-1]:
            place = place[int(step)] if isinstance(place, list) else place.get(step, {})
        last = path[-1]
        if not isinstance(place, dict) or last not in place:
            return values.pop(path[0], None) is not None
        untried = [value for value in VALUES.values() if value not in self.tried.setdefault(field, [])]
        if not untried:
            del place[last]
        else:
            self.tried[field].append(untried[0])
            place[last] = untried[0]
            self.texts["code"].append(untried[0]) if untried[0][0] != "0" else None
        return True

    # What is done.

    def begin(self):
        self.tried = {}
        self.house.launch(environment={**self.environment})
        self.people = {SUPERVISOR: self.house.unlock(SUPERVISOR)}
        self.texts["code"] += ["caseworker", "supervisor", "shelter"]
        for name, role in ((WORKER, "caseworker"), (LAWYER, "legal"), (SHELTER, "shelter")):
            code = self.people[SUPERVISOR].call("StaffInvite", name=name, role=role)["code"]
            self.secrets.append(code)
            words = self.house.enrol(name, code)
            self.texts["text"].append(words)
            self.people[SUPERVISOR].call("StaffConfirm", name=name, words=words)
            self.people[name] = self.house.unlock(name)
        # An invitation that nobody has used yet.
        self.secrets.append(
            self.people[SUPERVISOR].call("StaffInvite", name=self.word("Zoé", "name"), role="health")["code"])

    def work(self):
        amina, sylvie, louis = (self.people[name] for name in (WORKER, SUPERVISOR, LAWYER))
        self.case = amina.call("CaseNew", backup=SUPERVISOR)["case"]
        other = sylvie.call("CaseNew", owner=WORKER)["case"]
        self.texts["case"] += [self.case, other]
        amina.call("CaseLabel", case=self.case, label=self.word("label"))
        self.purpose = self.word("raison")
        amina.call("Open", case=self.case, purpose=self.purpose)
        amina.call("Open", case=other, purpose="complaint")
        self.texts["code"] += ["complaint", "placement", "appeal"]
        contact = {"name": "Me Okonjo-Diop", "organisation": self.word("Barreau", "name"),
                   "checked": self.word("téléphone", "name")}
        self.texts["name"].append(contact["name"])
        self.texts["code"].append(CONTACT_KEY)
        louis.call("ContactAdd", kind="lawyer", language="fr", key=CONTACT_KEY, **contact)
        sylvie.call("ContactConfirm", name=contact["name"])
        self.records = {}
        for form in amina.client.call("Forms")["forms"]:
            self.texts["code"].append(form)
            self.records[form] = self.fill(amina, self.case, form)
        self.texts["id"] += self.records.values()
        self.edit(amina)
        self.attach(amina)
        sylvie.call("Grant", case=self.case, name=LAWYER, compartments=["evidence", "consent", "assessment"],
                    rights=["read", "redact-export"], purpose="appeal")
        louis.call("Open", case=self.case, purpose="appeal")
        self.export(louis)
        sylvie.call("Grant", case=self.case, name=SHELTER, compartments=["night"], rights=["read"], purpose="placement")
        self.people[SHELTER].call("Open", case=self.case, purpose="placement")
        sylvie.call("Revoke", case=self.case, name=SHELTER)
        amina.call("Find", text=self.texts["text"][20])
        sylvie.call("AuditLog")
        fresh = "a new phrase of Aminata's own"
        amina.call("Passwd", secrets=[phrase(WORKER), fresh], passphrase=0, newPassphrase=1)
        self.secrets.append(fresh)

    def edit(self, amina):
        for _ in range(3):
            amina.call("Edit", case=self.case, record=self.records["note"], fields={"summary": self.word("later")})

    def attach(self, amina):
        content = "\n".join(self.word("pièce", "file") for _ in range(3_000)).encode()
        self.texts["file"] = self.texts["file"][::100]
        path = os.path.join(self.house.folder, "letter.txt")
        with open(path, "wb") as file:
            file.write(content)
        with open(path, "rb") as file:
            reply = amina.call("Attach", files=[file.fileno()], case=self.case, file=0, title=self.word("titre"))
        os.unlink(path)
        self.attachment = reply["attachment"]
        self.texts["id"] += [reply["attachment"], reply["record"], reply["blake2b"]]

    def export(self, louis):
        """One refused for what it would say, and one that leaves."""
        plain = self.people[WORKER].call(
            "Add", case=self.case, form="statement",
            fields={"kind": "ofpra_narrative", "date": "2021-02-03",
                    "text": [f"Je suis venue avec un {self.word('panier')}.", f"Il y avait un {self.word('oiseau')}."]})["record"]
        self.exported = 0
        for record, status in ((self.records["statement"], "Identified"), (plain, None)):
            path = os.path.join(self.house.folder, "out.age")
            with open(path, "wb") as out:
                outcome = louis.refused(
                    "Export", files=[out.fileno()], case=self.case, profile="court", contact="Me Okonjo-Diop",
                    records=[record], withhold=[{"record": record, "field": "text", "n": 0}], out=0)
            expect(outcome == status, f"export: {outcome}")
            self.exported += os.path.getsize(path)
            os.unlink(path)

    # The client as people use it.

    def havre(self, *words, as_name=None, secrets=(), text=None, before=()):
        """One command of the real client; secrets are (option, text). Returns its status and what it printed."""
        command = [*before, os.path.join(BIN, "havre"), *(["--as", as_name] if as_name else []), *words, "--json"]
        numbers = []
        for option, secret in secrets:
            number = sealed(secret)
            os.lseek(number, 0, os.SEEK_SET)
            numbers.append(number)
            command += [option, str(number)]
        process = subprocess.Popen(
            command, pass_fds=numbers, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=self.environment, cwd=self.temporary)
        for number in numbers:
            os.close(number)
        self.watch(process)
        out, errors = process.communicate(text.encode() if text else b"", timeout=60)
        return process.returncode, out or errors

    def by_hand(self, before=()):
        """Some of the day through `havre` itself."""
        status, said = self.havre("unlock", SUPERVISOR, secrets=[("--passphrase-fd", phrase(SUPERVISOR))], before=before)
        expect(status == 0, f"havre unlock: {said}")
        self.havre("unlock", LAWYER, secrets=[("--passphrase-fd", phrase(LAWYER))], before=before)
        self.havre("open", self.case, "--purpose", "appeal", as_name=LAWYER, before=before)
        status, said = self.havre("show", self.case, self.records["statement"], as_name=LAWYER, before=before)
        expect(status == 0 and self.records["statement"].encode() in said, f"havre show: {said[:200]}")
        self.havre("find", "-", as_name=LAWYER, text=self.texts["text"][30], before=before)
        status, said = self.havre("fetch", self.case, self.attachment, "--out", "out.bin", as_name=LAWYER, before=before)
        expect(status == 0, f"havre fetch: {said}")
        os.unlink(os.path.join(self.temporary, "out.bin"))
        self.havre("audit", "log", as_name=SUPERVISOR, before=before)
        self.havre("case", "list", as_name=SUPERVISOR, before=before)
        self.havre("note", self.case, as_name=WORKER, text=json.dumps({"summary": self.word("main")}), before=before)

    def everything(self):
        """(kind, text) of all that was entered, and what it is folded to."""
        for kind, texts in self.texts.items():
            for text in dict.fromkeys(texts):
                yield kind, text
                folded = "".join(
                    part for part in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(part))
                if folded != text:
                    yield kind, folded
        for secret in self.secrets:
            yield "secret", secret
