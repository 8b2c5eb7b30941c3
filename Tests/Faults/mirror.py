#!/usr/bin/env python3
"""Attacks the gate's mirror from outside: the daemon killed at its system calls, the mirror's medium taken away, filled,
slow, failing. Each time the gate is lost afterwards, the mirror takes its place, and everything acknowledged is there.

    mirror.py [--every N] [--only measure]      needs root; strace for the system calls

Prints counts; `measure` prints what a read and a write cost with a mirror and without, turn by turn.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

from house import House, Refused, Tracer, can_trace, expect, skipped, tidy

# What a commit with a mirror does, in all threads; a start also makes and removes files.
CALLS = ["pwrite64", "fdatasync", "fsync", "openat"]
STARTING = CALLS + ["unlinkat", "renameat2", "ftruncate"]
FAULTS = ["pwrite64:error=ENOSPC:when=1", "pwrite64:error=ENOSPC:when=1+", "pwrite64:error=EIO:when=2", "pwrite64:retval=100:when=1",
          "fdatasync:error=EIO:when=1", "fdatasync:error=EIO:when=1+", "fsync:error=EIO:when=1", "openat:error=EACCES:when=1+"]


class Scene:
    """A house with a mirror, and what was acknowledged in it."""

    def __init__(self, mirror=None):
        self.house = House()
        self.mirror = mirror or os.path.join(self.house.folder, "mirror")
        os.makedirs(self.mirror, 0o700, exist_ok=True)
        self.house.options = ["--gate-mirror", self.mirror]
        self.house.start()
        sylvie = self.house.unlock("Sylvie")
        self.house.hire(sylvie, "Amina", "caseworker")
        self.amina = self.house.unlock("Amina")
        self.cases = {}
        self.make()
        self.case = next(iter(self.cases))
        self.amina.call("Open", case=self.case, purpose="visit")

    def make(self):
        """A case of its own key: a step of the gate."""
        self.cases[self.amina.call("CaseNew")["case"]] = set()

    def note(self):
        """A record in an open case: no step of the gate."""
        reply = self.amina.call("Add", case=self.case, form="note", fields={"summary": "x"})
        self.cases[self.case].add(reply["record"])

    def work(self):
        """Both, as far as the daemon lives: whether it was answered to the end."""
        try:
            self.make()
            self.note()
            return True
        except (EOFError, OSError):
            return False

    def come_in(self):
        """Again after a start."""
        self.amina = self.house.unlock("Amina")
        self.amina.call("Open", case=self.case, purpose="visit")

    def restart(self):
        self.house.start()
        self.come_in()

    def condition(self):
        return self.house.connect().call("Status").get("gateMirror")

    def becomes(self, wanted, where, seconds=15):
        until = time.time() + seconds
        while (found := self.condition()) != wanted and time.time() < until:
            time.sleep(0.2)
        expect(found == wanted, f"{where}: the mirror is {found}, not {wanted}")

    def without_gate(self, where):
        """The gate is lost: its mirror in a copy of the house."""
        folder = tempfile.mkdtemp(prefix="havre-lost-")
        try:
            vault, gate = os.path.join(folder, "vault"), os.path.join(folder, "gate")
            shutil.copytree(self.house.vault, vault)
            shutil.copytree(self.mirror, gate)
            names = set(os.listdir(gate))
            expect(not any(name.startswith("auto.key") for name in names), f"{where}: auto.key in the mirror")
            other = House(folder, places=(vault, gate))
            if not expect(other.launch() == b"ready", f"{where}: {other.complaint()}"):
                return
            state = other.connect().call("Status")["state"]
            expect(state == "closed", f"{where}: a mirror opens as {state}")
            sylvie = other.unlock("Sylvie")
            amina = other.unlock("Amina")
            for case, records in self.cases.items():
                amina.call("Open", case=case, purpose="visit")
                shown = {record["record"] for record in amina.call("Show", case=case)["records"]}
                expect(records <= shown, f"{where}: {len(records - shown)} records are lost with the gate")
            found = sylvie.call("Check")
            expect(found["ok"] and not found["partial"], f"{where}: check {found}")
            expect(sylvie.call("AuditVerify")["ok"], f"{where}: the log")
            other.kill()
        except (Refused, EOFError, OSError) as error:
            expect(False, f"{where}: {type(error).__name__} {error!r}")
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def leave(self):
        self.house.remove()


def count(scene, calls, act, paths=()):
    """The most often that one thread makes each call."""
    output = os.path.join(scene.house.folder, "trace")
    tracer = Tracer(scene.house.daemon.pid, calls, output=output, options=[word for path in paths for word in ("-P", path)])
    act()
    tracer.end()
    most = {}
    with open(output) as trace:
        for line in trace:
            found = re.match(r"(\d+) +(\w+)\(", line)
            if found:
                most[found.groups()] = most.get(found.groups(), 0) + 1
    return {call: max([n for (_, name), n in most.items() if name == call], default=0) for call in calls}


def killed_at_work(given):
    kills = late = 0
    scene = Scene()
    counts = count(scene, CALLS, scene.work)
    points = [(call, at) for call in CALLS for at in range(1, counts[call] + 1)]
    for call, at in points[::given.every]:
        where = f"killed at {call} {at}"
        tracer = Tracer(scene.house.daemon.pid, [call], [f"{call}:signal=KILL:when={at}"])
        late += scene.work()
        scene.house.kill()
        tracer.end()
        kills += 1
        scene.without_gate(where)
        scene.restart()
        scene.becomes("whole", where)
        scene.without_gate(where + ", after the next start")
    scene.leave()
    print(f"killed at work: {kills} of {len(points)} points, {late} after the answer", flush=True)


def killed_at_start(given):
    """While the mirror is filled: from nothing, and over what it held."""
    kills = 0
    scene = Scene()
    scene.house.stop()
    for fresh in (True, False):
        for call in STARTING:
            for at in range(1, 60, given.every):
                where = f"killed at start, {call} {at}, {'empty' if fresh else 'older'} mirror"
                if fresh:
                    shutil.rmtree(scene.mirror)
                    os.mkdir(scene.mirror, 0o700)
                line = scene.house.launch(
                    ["strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={at}"])
                if line == b"ready":
                    scene.house.kill_traced()
                    break
                scene.house.kill_traced()
                kills += 1
                if os.path.exists(os.path.join(scene.mirror, "filling")):
                    other = House(tempfile.mkdtemp(prefix="havre-half-"), places=(scene.house.vault, scene.mirror))
                    expect(other.launch() == b"", f"{where}: half a mirror opens")
                    other.remove()
                scene.restart()
                scene.becomes("whole", where)
                scene.note()
                scene.house.stop()
        scene.without_gate(f"killed at start, {'empty' if fresh else 'older'} mirror")
    scene.leave()
    print(f"killed at start: {kills}", flush=True)


def failing(given):
    """Calls on the mirror's files fail: work goes on, nothing is lost, and the mirror comes back."""
    faults = 0
    scene = Scene()
    files = [os.path.join(scene.mirror, name) for name in ("gate.db", "gate.db-wal", "gate.journal")]
    for fault in FAULTS:
        tracer = Tracer(
            scene.house.daemon.pid, [fault.split(":")[0]], [fault], options=[word for path in files for word in ("-P", path)])
        expect(scene.work(), f"{fault}: work stopped")
        tracer.end()
        faults += 1
        scene.becomes("whole", fault)
        expect(scene.work(), f"{fault}: work stopped afterwards")
        scene.without_gate(fault)
    tracer = Tracer(scene.house.daemon.pid, ["fdatasync"], ["fdatasync:delay_enter=6000000"], options=["-P", files[0], "-P", files[1]])
    begun = time.time()
    scene.note()
    waited = time.time() - begun
    expect(1.5 < waited < 4, f"a slow mirror was waited for {waited:.1f} s")
    begun = time.time()
    scene.note()
    expect(time.time() - begun < 1, "a mirror that was late already is waited for")
    expect(scene.condition() == "behind", "a slow mirror is not said to be behind")
    tracer.end()
    scene.becomes("whole", "slow")
    scene.without_gate("slow")
    scene.leave()
    print(f"calls that failed: {faults}, and a slow one", flush=True)


def filled():
    """The mirror's disk is full; with room again it catches up."""
    mount = tempfile.mkdtemp(prefix="havre-mirror-")
    os.chmod(mount, 0o700)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m,mode=700", "tmpfs", mount], stderr=subprocess.DEVNULL).returncode:
        return skipped("a full mirror: no right to mount")
    try:
        scene = Scene(os.path.join(mount, "mirror"))
        scene.becomes("whole", "before the disk is full")
        ballast = os.path.join(mount, "ballast")
        for left in (0, 1, 3, 9):
            where = f"full mirror, {left} pages left"
            free = os.statvfs(mount)
            with open(ballast, "wb", buffering=0) as file:
                file.write(bytes(max(0, free.f_bavail - left) * free.f_bsize))
            for _ in range(12):
                expect(scene.work(), f"{where}: work stopped")
            if left < 9:
                expect(scene.condition() == "behind", f"{where}: the mirror is {scene.condition()}")
            os.unlink(ballast)
            scene.becomes("whole", where)
            scene.without_gate(where)
        subprocess.run(["mount", "-o", "remount,ro", mount], stderr=subprocess.DEVNULL)
        scene.leave()
    finally:
        subprocess.run(["umount", "-l", mount])
        os.rmdir(mount)
    print("full mirrors: 4", flush=True)


def taken_away():
    """The medium is taken away and put back while eight write."""
    scene = Scene()
    stop, lock, away = threading.Event(), threading.Lock(), scene.mirror + "-away"

    def write():
        client = scene.house.connect()
        while not stop.is_set():
            reply = client.call("Add", session=scene.amina.session, case=scene.case, form="note", fields={"summary": "x"})
            with lock:
                scene.cases[scene.case].add(reply["record"])

    writers = [threading.Thread(target=write) for _ in range(8)]
    for writer in writers:
        writer.start()
    for _ in range(3):
        os.rename(scene.mirror, away)
        scene.becomes("missing", "taken away")
        os.rename(away, scene.mirror)
        scene.becomes("whole", "put back")
    stop.set()
    for writer in writers:
        writer.join()
    scene.becomes("whole", "at last")
    scene.without_gate("taken away")
    total = len(scene.cases[scene.case])
    scene.leave()
    print(f"taken away: 3 times beside {total} records of eight writers", flush=True)


def measure():
    """One client, a house with a mirror and one without, in turn."""
    scenes = {"without": Scene(), "with a mirror": Scene()}
    scenes["without"].house.stop()
    scenes["without"].house.options = []
    scenes["without"].restart()
    times = {}
    for turn in range(300):
        for name, scene in scenes.items():
            record = next(iter(scene.cases[scene.case]), None)
            acts = {"write": scene.note}
            if record:
                acts["read"] = lambda: scene.amina.call("Show", case=scene.case, record=record)
            if turn % 10 == 0:
                acts["new case"] = scene.make
            for act, run in acts.items():
                begun = time.perf_counter()
                run()
                times.setdefault((act, name), []).append(time.perf_counter() - begun)
    for (act, name), found in sorted(times.items()):
        found.sort()
        print(f"{act} {name}: median {found[len(found) // 2] * 1e3:.2f} ms, p90 {found[len(found) * 9 // 10] * 1e3:.2f} ms")
    for scene in scenes.values():
        scene.leave()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--only", default="taken_away,filled,failing,killed_at_work,killed_at_start")
    given = parser.parse_args()
    only = given.only.split(",")
    if "measure" in only:
        measure()
        return 0
    if "taken_away" in only:
        taken_away()
    if "filled" in only:
        filled()
    if not can_trace():
        skipped("the mirror's system calls: root and strace")
    else:
        for program in (failing, killed_at_work, killed_at_start):
            if program.__name__ in only:
                program(given)
    return tidy(given.only, "mirror")


if __name__ == "__main__":
    sys.exit(main())
