#!/usr/bin/env python3
"""Calls every method of the interface on a real daemon over a real vault, and compares each answer and each error with
the served text as the stock client (PyPI varlink) reads it: no member missing, none unknown, every type right.

The programs lie in $HAVRE_BIN, else in .build/debug. Prints counts; SKIPPED 1 without the stock client.
"""
import array
import base64
import fcntl
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARIES = pathlib.Path(os.environ.get("HAVRE_BIN", ROOT / ".build" / "debug")).resolve()
VAULT = "org.havre.Vault"
AGE = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
failures = checks = 0


def check(ok, what):
    global failures, checks
    checks += 1
    if not ok:
        failures += 1
        print("FAILED", what)


def secret(text):
    """A memory file that nobody can change any more."""
    number = os.memfd_create("secret", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.write(number, text.encode())
    fcntl.fcntl(number, fcntl.F_ADD_SEALS, 15)
    return number


class Text:
    """The interface as the stock client reads it."""

    def __init__(self, description):
        from varlink import scanner
        self.kinds = scanner
        self.members = scanner.Interface(description).members

    def methods(self):
        return {name: member for name, member in self.members.items() if isinstance(member, self.kinds._Method)}

    def wrong(self, value, kind, path):
        """What of a value is not as the text says."""
        kinds = self.kinds
        if isinstance(kind, kinds._CustomType):
            kind = self.members[kind.name]
        if isinstance(kind, (kinds._Alias, kinds._Error)):
            kind = kind.type
        if isinstance(kind, kinds._Maybe):
            kind = kind.element_type
            return [path + " is null"] if value is None else self.wrong(value, kind, path)
        if isinstance(kind, kinds._Array):
            if not isinstance(value, list):
                return [path + " is no list"]
            return [said for item in value for said in self.wrong(item, kind.element_type, path + "[]")]
        if isinstance(kind, kinds._Struct):
            if not isinstance(value, dict):
                return [path + " is no object"]
            said = [f"{path}.{name} is not in the text" for name in value if name not in kind.fields]
            for name, member in kind.fields.items():
                if name in value:
                    said += self.wrong(value[name], member, f"{path}.{name}")
                elif not isinstance(member, kinds._Maybe):
                    said.append(f"{path}.{name} is missing")
            return said
        if isinstance(kind, kinds._Object):
            return [] if isinstance(value, dict) else [path + " is no object"]
        # The stock parser stands for a simple type by a value of it.
        return [] if type(value) is type(kind) else [f"{path} is no {type(kind).__name__}"]


class Caller:
    def __init__(self, path):
        self.path = str(path)
        self.answered = set()
        info = self.send("org.varlink.service.GetInterfaceDescription", {"interface": VAULT})[0]
        self.text = Text(info["parameters"]["description"])

    def send(self, method, parameters, handles=(), more=False):
        """All answers to one call."""
        message = json.dumps({"method": method, "parameters": parameters, "more": more}).encode() + b"\0"
        answers, got = [], b""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(60)
            line.connect(self.path)
            line.sendmsg([message], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", handles))] if handles else [])
            while not answers or answers[-1].get("continues"):
                while b"\0" not in got:
                    part = line.recv(65536)
                    if not part:
                        raise SystemExit(f"{method}: hung up")
                    got += part
                one, got = got.split(b"\0", 1)
                answers.append(json.loads(one))
        for number in handles:
            os.close(number)
        return answers

    def call(self, name, handles=(), /, more=False, **parameters):
        """Calls, compares every answer with the text, and gives the last one's parameters."""
        for answer in self.send(f"{VAULT}.{name}", parameters, handles, more):
            if "error" in answer:
                short = answer["error"].rpartition(".")[2]
                known = answer["error"].startswith("org.varlink.service.") or short in self.text.members
                said = [] if known else ["an error of no name"]
                if known and short in self.text.members:
                    said = self.text.wrong(answer["parameters"], self.text.members[short], short)
            else:
                self.answered.add(name)
                said = self.text.wrong(answer["parameters"], self.text.members[name].out_type, name)
            check(not said, f"{name}: " + "; ".join(said[:5]))
        return answer["parameters"]


def day(call, folder):
    """One day with every method in it."""
    def unlock(name):
        return call("Unlock", [secret(name + " long passphrase")], name=name, passphrase=0)["session"]

    def enrolled(name, role):
        code = call("StaffInvite", session=boss, name=name, role=role)["code"]
        said = call("Enrol", [secret(code), secret(name + " long passphrase")], name=name, code=0, passphrase=1)
        call("StaffConfirm", session=boss, name=name, words=said["words"])
        return unlock(name)

    def reading():
        return os.open(folder / "file", os.O_RDONLY)

    call("Status")
    call("Hello", nonce=base64.urlsafe_b64encode(bytes(32)).decode().rstrip("="))
    boss = unlock("Awa")
    anna, lea = enrolled("Anna", "caseworker"), enrolled("Léa", "legal")
    call("Whoami", session=anna, seen=1)
    call("StaffList", session=anna)
    call("Passwd", [secret("Anna long passphrase"), secret("Anna new passphrase")], session=anna, passphrase=0,
         newPassphrase=1)
    case = call("CaseNew", session=anna, backup="Awa", lang="fr")["case"]
    call("CaseLabel", session=anna, case=case, label="été")
    for who in (anna, boss):
        call("CaseList", session=who, more=True)
        call("CaseShow", session=who, case=case)
    call("Open", session=anna, case=case, purpose="visit")
    for form in [None] + call("Forms")["forms"]:
        call("Forms", **({"form": form, "lang": "fr"} if form else {}))
    fields = {"kind": "court", "date": "2026-11-12", "text": ["Un été.", "Deux étés."]}
    record = call("Add", session=anna, case=case, form="statement", fields=fields)["record"]
    for _ in range(2):
        # The second rests on a version that is not the newest any more.
        call("Edit", session=anna, case=case, record=record, fields=fields | {"place": "Lyon"}, version=1)
    call("Show", session=anna, case=case, form="statement", more=True)
    call("Show", session=anna, case=case, record=record, version=1)
    call("History", session=anna, case=case, record=record)
    call("Find", session=anna, text="etes", case=case)
    (folder / "file").write_bytes(bytes(3 << 20))
    call("Attach", [reading()], session=anna, case=case, file=0, title="été", more=True)
    attachment = call("Attach", [reading()], session=anna, case=case, file=0)["attachment"]
    parts = Caller.send(caller, VAULT + ".Fetch", {"session": anna, "case": case, "attachment": attachment, "out": 0},
                        [os.open("/dev/null", os.O_WRONLY)], more=True)
    check([part["parameters"]["progress"]["total"] for part in parts[:-1]] == [3 << 20] * 3, "a file's progress")
    call("Fetch", [os.open("/dev/null", os.O_WRONLY)], session=anna, case=case, attachment=attachment, out=0)
    # What is lent for reading cannot be written, and the other way round.
    check(call("Fetch", [reading()], session=anna, case=case, attachment=attachment, out=0).get("field") == "out", "out")
    check(call("Attach", [os.open(folder / "file", os.O_RDWR)], session=anna, case=case, file=0).get("field") == "file", "in")
    call("Grant", session=boss, case=case, name="Léa", compartments=["evidence", "consent"],
         rights=["read", "redact-export"], purpose="appeal")
    call("Access", session=anna, case=case)
    call("ContactAdd", session=lea, name="Cabinet", organisation="Barreau", kind="lawyer", language="fr", key=AGE,
         checked="by telephone")
    call("ContactConfirm", session=anna, name="Cabinet")
    call("ContactList", session=anna)
    call("Add", session=anna, case=case, form="consent", fields={
        "given_by": "person", "recipient": "Cabinet", "form_groups": ["evidence"], "purpose": "asylum_claim",
        "valid_from": "2026-01-01", "status": "active", "legal_basis": "consent"})
    call("Open", session=lea, case=case, purpose="appeal")
    wanted = {"session": lea, "case": case, "profile": "court", "contact": "Cabinet", "records": [record]}
    call("Export", **wanted, preview=True)
    call("Export", [os.open("/dev/null", os.O_WRONLY)], **wanted, out=0, more=True)
    call("Export", [reading()], **wanted, out=0)
    call("ContactRetire", session=lea, name="Cabinet")
    note = call("AuditCheckpoint", session=boss)["note"]
    call("AuditLog", session=boss, case=case, since=1, more=True)
    call("AuditVerify", session=boss, against=note, more=True)
    call("AuditWhoOpened", session=anna, case=case)
    call("Check", session=boss, more=True)
    backup = call("Backup", session=boss)
    call("BackupBlobs", session=boss, blobs=backup["blobs"][:8])
    call("BackupKept", session=boss, size=backup["size"])
    call("Revoke", session=boss, case=case, name="Léa")
    call("StaffReset", session=boss, name="Léa")
    call("CaseAssign", session=boss, case=case, owner="Anna", backup="Awa")
    # A case does not end before what its records require is there.
    begun = call("Add", session=anna, case=case, form="note", fields={"channel": "phone"})["record"]
    check(call("CaseArchive", session=anna, case=case).get("field") == "summary", "a note that says nothing")
    call("Edit", session=anna, case=case, record=begun, fields={"channel": "phone", "summary": "été"})
    call("CaseArchive", session=anna, case=case)
    call("CaseReopen", session=anna, case=case)
    call("Open", session=anna, case=case, purpose="visit")
    call("Close", session=anna, case=case)
    for name in caller.text.methods():
        if name not in ("Panic", "Lock"):
            call(name)
            call(name, session="x" * 43, case=case)
    call("Lock", session=anna)
    call("Lock", all=True)
    call("Panic")
    call("Whoami", session=boss)


def main():
    global caller
    try:
        import varlink  # noqa: F401
    except ImportError:
        print("SKIPPED 1")
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        with open(folder / "phrase", "w") as file:
            file.write("Awa long passphrase")
        with open(folder / "phrase") as phrase:
            subprocess.run(
                [BINARIES / "havre", "init", "--vault", folder / "v", "--gate", folder / "g", "--name", "Maison",
                 "--supervisor", "Awa", "--passphrase-fd", str(phrase.fileno()), "--json"],
                pass_fds=[phrase.fileno()], check=True, stdout=subprocess.DEVNULL)
        daemon = subprocess.Popen(
            [BINARIES / "havred", "--vault", folder / "v", "--gate", folder / "g", "--socket", folder / "s" / "socket"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        try:
            daemon.stdout.readline()
            caller = Caller(folder / "s" / "socket")
            day(caller.call, folder)
            silent = set(caller.text.methods()) - caller.answered
            check(not silent, "every method answers: " + ", ".join(sorted(silent)))
        finally:
            daemon.terminate()
            check(daemon.wait(30) == 0, "the daemon ends cleanly")
    print(f"answers: {checks} checks, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
