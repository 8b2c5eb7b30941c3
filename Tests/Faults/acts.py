"""The acts that change something, each with what it needs before, what it does, and how to see that it was done.

`points.py` kills the daemon in the middle of them. An act says with `effect` whether it is there; with `entry` which
entry of the log belongs to it. Both must agree, whatever was answered.
"""
import base64
import json
import os
import tempfile

from house import expect, refusal
from scene import CONTACT_KEY


class Act:
    """One verb. `do` answers what was answered into `asked`."""

    entry = None
    who = "Amina"

    @property
    def name(self):
        return type(self).__name__.lower()

    def prepare(self, scene):
        return {}

    def do(self, scene, asked):
        raise NotImplementedError

    def effect(self, scene, asked):
        """Whether it was done; None when nothing can be seen but the entry."""
        return None

    def judge(self, scene, asked, there):
        """Afterwards: what the scene knows is brought up to date, and looked at more closely."""


class CaseNew(Act):
    entry = "case new"

    def prepare(self, scene):
        return {"before": len(scene["Amina"].call("CaseList")["cases"])}

    def do(self, scene, asked):
        asked["case"] = scene["Amina"].call("CaseNew")["case"]

    def effect(self, scene, asked):
        cases = [card["case"] for card in scene["Amina"].call("CaseList")["cases"]]
        # Whole: it opens, and the supervisor can grant it.
        for case in cases[:]:
            scene["Amina"].call("Open", case=case, purpose="visit")
            scene["Sylvie"].call("Access", case=case)
        if "case" in asked:
            expect(asked["case"] in cases, "the new case is not listed")
        return len(cases) == asked["before"] + 1


class Add(Act):
    entry = "add"

    def prepare(self, scene):
        return {"text": scene.next("text ") * 40}

    def do(self, scene, asked):
        asked["record"] = scene["Amina"].call("Add", case=scene.case, form="note", fields={"summary": asked["text"]})["record"]

    def effect(self, scene, asked):
        shown = scene.shown()
        new = {record["record"]: record["version"] for record in shown if record["record"] not in scene.versions}
        expect(len(new) <= 1 and all(version == 1 for version in new.values()), f"new records {new}")
        if "record" in asked:
            expect(asked["record"] in new, "another record than the answered one")
        scene.versions.update(new)
        return bool(new)

    def judge(self, scene, asked, there):
        if there and "record" in asked:
            scene.versions[asked["record"]] = 1


class Read(Act):
    """Changes nothing but the log: what was shown stands there, whatever came afterwards."""

    entry = "read"

    def do(self, scene, asked):
        scene["Amina"].call("Show", case=scene.case, record=scene.record)


class Edit(Act):
    entry = "edit"

    def do(self, scene, asked):
        scene["Amina"].call("Edit", case=scene.case, record=scene.record, fields={"summary": scene.next("edit ")})
        scene.edited = True

    def effect(self, scene, asked):
        history = scene["Amina"].call("History", case=scene.case, record=scene.record)["versions"]
        there = len(history) == scene.versions[scene.record] + 1
        if there:
            scene.versions[scene.record] += 1
        return there

    def judge(self, scene, asked, there):
        scene.versions[scene.record] = len(
            scene["Amina"].call("History", case=scene.case, record=scene.record)["versions"])


class Attach(Act):
    entry = "attach"

    def do(self, scene, asked):
        with tempfile.NamedTemporaryFile() as file:
            file.write(os.urandom(200_000))
            file.flush()
            with open(file.name, "rb") as reader:
                reply = scene["Amina"].call(
                    "Attach", files=[reader.fileno()], case=scene.case, file=0, title=scene.next("title "))
        asked.update(reply)

    def effect(self, scene, asked):
        shown = [record for record in scene.shown()
                 if record["record"] not in scene.versions]
        expect(len(shown) <= 1, "more than one new record")
        for record in shown:
            scene.versions[record["record"]] = 1
        self.update(scene, asked, bool(shown))
        return bool(shown)

    def update(self, scene, asked, there):
        if not there:
            return
        stored = self.stored(scene) - scene.attachments
        expect(len(stored) == 1 and asked.get("attachment") in (None, *stored), f"attachments {stored} for {asked}")
        scene.attachments |= stored

    def stored(self, scene):
        """What the records say that there is: the disclosed field `sealed_copy`."""
        found = set()
        for record in scene.shown():
            for part in record["sdjwt"].split("~")[1:]:
                disclosed = json.loads(base64.urlsafe_b64decode(part + "==")) if part else []
                if disclosed[1:2] == ["sealed_copy"]:
                    found.add(disclosed[2])
        return found

    def judge(self, scene, asked, there):
        if there and "attachment" in asked:
            scene.attachments.add(asked["attachment"])
            scene.versions[asked["record"]] = 1


class Grant(Act):
    entry = "grant"

    def prepare(self, scene):
        if any(holder["name"] == "Karim" for holder in scene["Sylvie"].call("Access", case=scene.case)["holders"]):
            scene["Sylvie"].call("Revoke", case=scene.case, name="Karim")
        return {}

    def do(self, scene, asked):
        scene["Sylvie"].call("Grant", case=scene.case, name="Karim", compartments=["notes", "risk"],
                             rights=["read", "write"], purpose="review")

    def effect(self, scene, asked):
        return self.karim(scene)

    def karim(self, scene):
        return any(holder["name"] == "Karim" for holder in scene["Sylvie"].call("Access", case=scene.case)["holders"])

    def judge(self, scene, asked, there):
        # The right is whole: he opens, and reads what he was given; or none of it.
        karim = scene.house.unlock("Karim")
        outcome = karim.refused("Open", case=scene.case, purpose="review")
        if outcome == "NotFound" and self.karim(scene):
            # A removal that was begun and not decided: it bites already, and is done by asking again.
            expect(self.entry == "revoke" and not there, f"Karim, granted: {outcome}")
            shown = scene["Sylvie"].call("Access", case=scene.case)["holders"]
            expect([holder.get("pending") for holder in shown if holder["name"] == "Karim"] == [True], f"not shown: {shown}")
            scene["Sylvie"].call("Revoke", case=scene.case, name="Karim")
            return
        expect(outcome == (None if self.karim(scene) else "NotFound"), f"Karim, granted {self.karim(scene)}: {outcome}")
        if not outcome:
            karim.call("Show", case=scene.case, record=scene.record)
        karim.client.close()


class Revoke(Grant):
    entry = "revoke"

    def prepare(self, scene):
        if not self.karim(scene):
            Grant.do(self, scene, {})
        return {}

    def do(self, scene, asked):
        scene["Sylvie"].call("Revoke", case=scene.case, name="Karim")

    def effect(self, scene, asked):
        return not self.karim(scene)

    def judge(self, scene, asked, there):
        Grant.judge(self, scene, asked, there)
        # The others go on.
        scene["Amina"].call("Show", case=scene.case, record=scene.record)
        scene.open("Louis")
        scene["Louis"].call("Show", case=scene.case, record=scene.statement)


class Passwd(Act):
    entry = "passwd"

    def prepare(self, scene):
        scene.maybe = {"Amina": scene.next("another phrase ")}
        return {"new": scene.maybe["Amina"]}

    def do(self, scene, asked):
        scene["Amina"].call("Passwd", secrets=[scene.phrases["Amina"], asked["new"]], passphrase=0, newPassphrase=1)

    def effect(self, scene, asked):
        return scene.phrases["Amina"] == asked["new"]

    def judge(self, scene, asked, there):
        if there:
            scene.phrases["Amina"] = asked["new"]
        scene.maybe = {}


class Invite(Act):
    entry = "staff invite"

    def prepare(self, scene):
        return {"name": scene.next("Zoe ")}

    def do(self, scene, asked):
        asked.update(scene["Sylvie"].call("StaffInvite", name=asked["name"], role="health"))

    def state(self, scene, asked):
        states = {one["name"]: one["state"] for one in scene["Sylvie"].call("StaffList")["staff"]}
        return states.get(asked["name"])

    def effect(self, scene, asked):
        return self.state(scene, asked) == "invited"


class Enrol(Invite):
    entry = "enrol"

    def prepare(self, scene):
        asked = Invite.prepare(self, scene)
        Invite.do(self, scene, asked)
        return asked

    def do(self, scene, asked):
        asked["words"] = scene.house.enrol(asked["name"], asked["code"])

    def effect(self, scene, asked):
        state = self.state(scene, asked)
        expect(state in ("invited", "unconfirmed"), f"enrolment: {state}")
        # Either the code still works, or the passphrase does.
        outcome = refusal(lambda: scene.house.enrol(asked["name"], asked["code"]))
        expect(outcome == ("WrongPassphrase" if state == "unconfirmed" else None), f"the code again: {outcome}")
        return state == "unconfirmed"


class Confirm(Enrol):
    entry = "staff confirm"

    def prepare(self, scene):
        asked = Enrol.prepare(self, scene)
        Enrol.do(self, scene, asked)
        return asked

    def do(self, scene, asked):
        scene["Sylvie"].call("StaffConfirm", name=asked["name"], words=asked["words"])

    def effect(self, scene, asked):
        there = self.state(scene, asked) == "active"
        if there:
            scene.house.unlock(asked["name"]).client.close()
        else:
            self.do(scene, asked)
        return there


class Unlock(Act):
    entry = "unlock"

    def do(self, scene, asked):
        scene.house.unlock("Karim").client.close()


class Panic(Act):
    def do(self, scene, asked):
        scene.house.connect().call("Panic")


class Assign(Act):
    entry = "case assign"

    def prepare(self, scene):
        card = scene["Sylvie"].call("CaseShow", case=scene.case)["card"]
        return {"backup": "Karim" if card.get("backup") != "Karim" else "Sylvie"}

    def do(self, scene, asked):
        scene["Sylvie"].call("CaseAssign", case=scene.case, backup=asked["backup"])

    def effect(self, scene, asked):
        return scene["Sylvie"].call("CaseShow", case=scene.case)["card"].get("backup") == asked["backup"]


class Contact(Act):
    entry = "contact add"

    def prepare(self, scene):
        return {"name": scene.next("Cabinet ")}

    def do(self, scene, asked):
        scene["Louis"].call("ContactAdd", name=asked["name"], organisation="O", kind="lawyer", language="fr",
                            key=CONTACT_KEY, checked="read out")

    def effect(self, scene, asked):
        return any(contact["name"] == asked["name"] for contact in scene["Louis"].call("ContactList")["contacts"])


class Export(Act):
    entry = "export"

    def prepare(self, scene):
        scene.open("Louis")
        return {"file": tempfile.NamedTemporaryFile()}

    def do(self, scene, asked):
        with open(asked["file"].name, "wb") as out:
            scene["Louis"].call("Export", files=[out.fileno()], case=scene.case, profile="court", contact="Me Diop",
                                records=[scene.statement], out=0)

    def effect(self, scene, asked):
        # Not a byte leaves without its entry; an entry without a byte is allowed.
        return True if os.path.getsize(asked["file"].name) else None


ACTS = [act() for act in (CaseNew, Add, Read, Edit, Attach, Grant, Revoke, Passwd, Invite, Enrol, Confirm, Unlock, Panic,
                          Assign, Contact, Export)]
