#!/usr/bin/env python3
"""Takes the disk away from a working daemon: full, failing, read-only, out of descriptors.

Vault and gate lie on file systems of 16 MiB each. One of them, or both, is filled until so many bytes are left; every
act then is done or answers StorageFull, nothing half; reads that cannot be logged are refused; with room again all is
as acknowledged. The daemon is also killed and started while there is no room. Then strace lets calls fail; the file
system goes read-only; no descriptor is left. Prints its counts.

    Tests/Faults/disk.py [--long]       needs root; strace for the failing calls
"""
import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile

import acts
from house import House, Refused, Tracer, can_trace, expect, skipped, tidy
from scene import Scene

# Bytes left on the disk. A page is 4 KiB; a commit of a small act takes 10 to 40 of them.
LEFT = [0, 6, 18]
LEFT_LONG = list(range(0, 64))
FULL = {"StorageFull"}
# What a failing call may be answered with; the daemon may also end, for then a start finds out.
FAILING = {"StorageFull", "OutcomeUnknown", "Internal", "GateClosed", "Locked", "Busy", "Tampered"}
FAULTS = ["fdatasync:error=EIO:when=1", "fdatasync:error=EIO:when=2", "fdatasync:error=EIO:when=3", "fdatasync:error=EINTR:when=1",
          "pwrite64:error=ENOSPC:when=1", "pwrite64:error=ENOSPC:when=2", "pwrite64:error=ENOSPC:when=9+",
          "pwrite64:error=EIO:when=3", "pwrite64:retval=100:when=2", "pwrite64:error=EINTR:when=1",
          "pread64:error=EIO:when=1", "pread64:error=EIO:when=4", "openat:error=EMFILE:when=1+", "openat:error=EACCES:when=1+",
          "openat:error=EINTR:when=1", "fsync:error=EIO:when=1", "ftruncate:error=EIO:when=1", "write:error=ENOSPC:when=1",
          "write:error=EIO:when=1", "mmap:error=ENOMEM:when=1+", "fcntl:error=EDEADLK:when=1", "getrandom:error=EINTR:when=1",
          "sendmsg:error=EINTR:when=1", "recvmsg:error=EINTR:when=1", "poll:error=EINTR:when=1"]
ACCEPTS = ["accept4:error=EMFILE:when=1", "accept4:error=EINTR:when=1", "accept4:error=ECONNABORTED:when=1",
           "accept4:error=ENFILE:when=1..3"]


class Disk:
    """A house on two small file systems."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="havre-disk-")
        self.mounts = [os.path.join(self.folder, name) for name in ("one", "two")]
        for mount in self.mounts:
            os.mkdir(mount, 0o700)
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m,mode=700", "tmpfs", mount], check=True)
        self.places = [os.path.join(mount, name) for mount, name in zip(self.mounts, ("vault", "gate"))]
        self.counts = {"positions": 0, "acts": 0, "done": 0, "refused": 0, "ended": 0}

    def scene(self):
        for place in self.places:
            shutil.rmtree(place, ignore_errors=True)
        return Scene(House(places=self.places))

    def fill(self, which, pages):
        """Ballast until so many pages are left."""
        for mount in which:
            with open(os.path.join(mount, "ballast"), "wb", buffering=0) as ballast:
                free = os.statvfs(mount)
                ballast.write(bytes(max(0, free.f_bavail - pages) * free.f_bsize))

    def free(self):
        for mount in self.mounts:
            if os.path.exists(os.path.join(mount, "ballast")):
                os.unlink(os.path.join(mount, "ballast"))

    def remove(self):
        for mount in self.mounts:
            subprocess.run(["umount", "-l", mount])
        shutil.rmtree(self.folder, ignore_errors=True)

    def attempt(self, scene, act, where, hinder, allowed, ends=False):
        """One act while the disk is hindered; then with a good disk everything is judged. False: a new house."""
        asked = act.prepare(scene)
        mark = scene.mark()
        relieve = hinder()
        answered, gone = True, False
        try:
            act.do(scene, asked)
        except Refused as error:
            answered = False
            expect(str(error) in allowed, f"{where}: answers {error!r}")
        except (EOFError, OSError):
            answered, gone = False, True
            expect(ends, f"{where}: the conversation ended")
        self.counts["acts"] += 1
        self.counts["done" if answered else "ended" if gone else "refused"] += 1
        relieve()
        return self.settled(scene, act, asked, answered, mark, where, gone, ends)

    def settled(self, scene, act, asked, answered, mark, where, gone, ends):
        house = scene.house
        try:
            if not gone and ends:
                # A daemon whose commit failed ends by itself, or serves on and is asked again.
                try:
                    gone = scene["Sylvie"].refused("AuditCheckpoint") is not None
                except (EOFError, OSError):
                    gone = True
            if gone or act.name == "passwd":
                if house.daemon.poll() is None:
                    house.kill()
                if not scene.restart(act, answered, where):
                    return False
            scene.judge(act, asked, answered, mark, where)
            return True
        except (Refused, EOFError, OSError, KeyError, IndexError) as error:
            expect(False, f"{where}: afterwards {type(error).__name__} {error!r}")
            return False


def full(disk, scene, pages, names):
    """Every act with so many pages left on the vault's disk, the gate's, or both; then a start without room."""
    tried = [act for act in acts.ACTS if act.name in names | {"read"}]
    for which in (disk.mounts[:1], disk.mounts[1:], disk.mounts):
        place = "vault" if which == disk.mounts[:1] else "gate" if len(which) == 1 else "both"
        disk.counts["positions"] += 1
        for act in tried:
            def hinder():
                disk.fill(which, pages)
                return disk.free
            where = f"{act.name} with {pages} pages left, {place}"
            if not disk.attempt(scene, act, where, hinder, FULL):
                scene.house.remove()
                scene = disk.scene()
        scene.house.kill()
        disk.fill(which, pages)
        line = scene.house.launch()
        if line != b"ready":
            expect(scene.house.ended() > 0, f"no start with {pages} pages left, {place}, and no status")
        else:
            scene.house.kill()
        disk.free()
        scene.restart(acts.Read(), False, f"after a start with {pages} pages left, {place}")
        scene.open()
        scene.whole(f"after a start with {pages} pages left, {place}")
    return scene


def panic(disk, scene):
    """Panic works when there is no room at all."""
    disk.fill(disk.mounts, 0)
    scene.house.connect().call("Panic")
    disk.free()
    scene.house.kill()
    scene.restart(acts.Panic(), True, "panic on a full disk")
    scene.open()
    scene.whole("panic on a full disk")


def failing(disk, scene, names, every):
    tried = [act for act in acts.ACTS if act.name in names | {"read"}]
    number = 0
    for act in tried:
        for fault in FAULTS:
            number += 1
            if number % every:
                continue
            call = fault.split(":")[0]

            def hinder():
                tracer = Tracer(scene.house.daemon.pid, [call], [fault])
                return tracer.end
            if not disk.attempt(scene, act, f"{act.name} {fault}", hinder, FAILING, ends=True):
                scene.house.remove()
                scene = disk.scene()
    for fault in ACCEPTS:
        tracer = Tracer(scene.house.daemon.pid, ["accept4"], [fault])
        for _ in range(4):
            try:
                scene.house.connect(5).call("Status")
            except (EOFError, OSError):
                # ECONNABORTED: nobody was there any more.
                pass
        tracer.end()
        scene["Sylvie"].call("AuditCheckpoint")
        disk.counts["acts"] += 1
    return scene


def read_only(disk, scene):
    for act in [acts.Add(), acts.Attach(), acts.Revoke(), acts.Read()]:
        for which in disk.mounts:
            def hinder():
                # Open files keep a file system from it: a bind mount of itself is not asked.
                made = subprocess.run(["mount", "-o", "remount,ro", which], stderr=subprocess.DEVNULL).returncode == 0
                if not made:
                    subprocess.run(["chattr", "-R", "+i", which], stderr=subprocess.DEVNULL)
                return lambda: subprocess.run(["mount", "-o", "remount,rw", which], stderr=subprocess.DEVNULL)
            if not disk.attempt(scene, act, f"{act.name} read-only {which[-3:]}", hinder, FAILING, ends=True):
                scene.house.remove()
                scene = disk.scene()
    return scene


def no_descriptors(disk, scene):
    """As many open files as there are now, and none more; then more again."""
    for act in [acts.Add(), acts.Attach(), acts.Revoke(), acts.Export(), acts.Read()]:
        def hinder():
            pid = scene.house.daemon.pid
            limit = resource.prlimit(pid, resource.RLIMIT_NOFILE)
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (max(map(int, os.listdir(f"/proc/{pid}/fd"))) + 1, limit[1]))
            return lambda: resource.prlimit(pid, resource.RLIMIT_NOFILE, limit)
        if not disk.attempt(scene, act, f"{act.name} without descriptors", hinder, FAILING | {"Invalid"}, ends=True):
            scene.house.remove()
            scene = disk.scene()
    return scene


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--only", default="full,failing,readonly,descriptors")
    given = parser.parse_args()
    if os.geteuid() != 0:
        skipped("full disks: needs root")
        return 0
    try:
        disk = Disk()
    except subprocess.CalledProcessError:
        skipped("full disks: no right to mount")
        return 0
    scene = None
    try:
        scene = disk.scene()
        wanted = given.only.split(",")
        every = {"add", "attach", "revoke", "casenew"} | (
            {"edit", "grant", "invite", "contact", "passwd", "confirm", "assign", "export", "enrol"} if given.long else set())
        if "full" in wanted:
            for pages in LEFT_LONG if given.long else LEFT:
                scene = full(disk, scene, pages, every)
            panic(disk, scene)
        if "failing" in wanted:
            if can_trace():
                scene = failing(disk, scene, every, 1 if given.long else 5)
            else:
                skipped("failing calls: needs strace")
        if "readonly" in wanted:
            scene = read_only(disk, scene)
        if "descriptors" in wanted:
            scene = no_descriptors(disk, scene)
        return tidy(", ".join(f"{count} {name}" for name, count in disk.counts.items()), "disk")
    finally:
        if scene:
            scene.house.remove()
        disk.remove()


if __name__ == "__main__":
    sys.exit(main())
