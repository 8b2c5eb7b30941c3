#!/usr/bin/env python3
"""Talks to a working daemon as no client would: its answers are named errors, it lives, and others are served.

Messages that are too long, too deep, cut off, empty or no JSON; every parameter of every method with values of every
wrong type, unknown ones besides; descriptors that are closed, missing, of the wrong kind, 253 at once; 100,000 calls
sent ahead; answers that nobody takes; 500 connections that say one byte a second, from another user. Afterwards memory
and descriptors of the daemon are what they were, `check` is clean, and nothing was changed.

    Tests/Faults/hostile.py
"""
import array
import json
import os
import re
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time

from house import BIN, House, Refused, expect, skipped, tidy
from odd import Odd
from scene import Scene

NOBODY = 65534
KNOWN = {"StorageFull", "Usage", "Invalid", "Locked", "NotOpen", "WrongPassphrase", "GateClosed", "NotGranted", "NeedsApproval",
         "NotFound", "ConsentMissing", "Identified", "Busy", "TooManyAttempts", "InvalidParameter", "MethodNotFound",
         "MethodNotImplemented", "InterfaceNotFound", "ExpectedMore"}
WRONG = [None, True, 0, -1, 7, 1 << 53, 1 << 70, 1.5, "", "x", "x" * 70_000, "é\u0000\u202e", "../../../etc/passwd", [], [[]], [None],
         ["x"] * 2_000, {}, {"x": 1}, {"session": None}, "0" * 32, "00112233445566778899aabbccddeeff", "9" * 400]
# Without these the house would be locked in the middle.
SPARED = {"Panic", "Lock"}
FRAMES = [
    b"\0", b"\0" * 50, b"{}\0", b"[]\0", b"null\0", b'"x"\0', b"nonsense\0", b'{"method":"org.havre.Vault.Status"\0',
    b'{"method":"org.havre.Vault.Status","method":"org.havre.Vault.Status"}\0', b'{"method":"org.havre.Vault.Status","x":1}\0',
    b'{"method":"org.havre.Vault.Status","parameters":[]}\0', b'{"method":1}\0', b'{"method":"org.havre.Vault.Nothing"}\0',
    b'{"method":"nothing"}\0', b'{"method":""}\0', b'{"method":"org.havre.Vault.Status","upgrade":true}\0',
    b'{"method":"org.havre.Vault.Status","parameters":{"a":1,"a":2}}\0', b'{"method":"\xff\xfe"}\0',
    b'{"method":"org.havre.Vault.Status","parameters":NaN}\0', b'{"method":"org.havre.Vault.Status","parameters":1e999}\0',
    b'\xef\xbb\xbf{"method":"org.havre.Vault.Status"}\0', b'{"method":"\\ud800"}\0', b"[" * 10_000 + b"\0",
    b'{"a":' * 10_000 + b"1" + b"}" * 10_000 + b"\0", b'{"method":"' + b"x" * (2 << 20) + b'"}\0', b"x" * (2 << 20) + b"\0",
    b" " * (1 << 20) + b"\0", b'{"method":"org.havre.Vault.Status"}' + b" " * ((1 << 20) - 35) + b"\0",
]


class Hostile:
    def __init__(self, scene):
        self.scene, self.house = scene, scene.house
        self.counts = {"frames": 0, "calls": 0, "descriptors": 0, "connections": 0}

    def plain(self):
        connection = socket.socket(socket.AF_UNIX)
        # Without a limit of time: a full queue of the listener is waited for, and not an error.
        connection.connect(self.house.path)
        connection.settimeout(30)
        return connection

    def memory(self):
        with open(f"/proc/{self.house.daemon.pid}/status") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1]) // 1024

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.house.daemon.pid}/fd"))

    def alive(self, what):
        try:
            return expect(self.house.connect(20).call("Status")["state"] == "serving", f"{what}: not serving")
        except (Refused, EOFError, OSError) as error:
            return expect(False, f"{what}: nobody answers: {error!r}")

    # Messages.

    def frames(self):
        for frame in FRAMES:
            for cut in (len(frame), len(frame) // 2):
                connection = self.plain()
                try:
                    connection.sendall(frame[:cut])
                    connection.shutdown(socket.SHUT_WR)
                    said = b""
                    while piece := connection.recv(1 << 16):
                        said += piece
                    for answer in said.split(b"\0")[:-1]:
                        answer = json.loads(answer)
                        name = answer.get("error", "x.Status").rsplit(".", 1)[1]
                        expect(name in KNOWN | {"Status"}, f"{frame[:60]!r}: {name}")
                except (BrokenPipeError, ConnectionResetError):
                    # It has hung up on a message that was too long.
                    pass
                connection.close()
                self.counts["frames"] += 1
        self.alive("frames")

    def parameters(self):
        """Every method with every parameter of every wrong type; most of the others right."""
        text = self.plain()
        text.sendall(b'{"method":"org.varlink.service.GetInterfaceDescription","parameters":{"interface":"org.havre.Vault"}}\0')
        said = b""
        while b"\0" not in said:
            said += text.recv(1 << 16)
        description = json.loads(said.rstrip(b"\0"))["parameters"]["description"]
        methods = re.findall(r"^method (\w+)\(([^)]*)\)", description, re.M)
        expect(len(methods) > 40, f"{len(methods)} methods")
        right = {"session": self.scene["Amina"].session, "case": self.scene.case, "record": self.scene.record,
                 "form": "note", "fields": {"summary": "x"}, "name": "Louis", "purpose": "visit", "text": "x"}
        client = self.house.connect()
        for method, text in methods:
            if method in SPARED:
                continue
            names = re.findall(r"(\w+): (\??[\w\[\]]+)", text)
            for name, kind in names:
                for value in WRONG:
                    if name == "session" and value is None:
                        continue
                    given = {other: right[other] for other, _ in names if other in right}
                    self.ask(client, method, {**given, name: value})
            self.ask(client, method, {"nobody": "knows this"})
        client.close()
        self.alive("parameters")

    def ask(self, client, method, parameters):
        self.counts["calls"] += 1
        # A number that is none of ours is no message: one answer, and the end of the conversation.
        last = any(isinstance(value, float) or isinstance(value, int) and value >= 1 << 53 for value in parameters.values())
        known = KNOWN | {"RolledBack"} if "seen" in parameters else KNOWN
        try:
            # What is taken must be allowed: nothing to be said against here.
            client.call(method, **parameters)
        except Refused as error:
            expect(str(error) in known, f"{method} {str(parameters)[:120]}: {error!r}")
            if last:
                client.__init__(self.house.path)
        except (EOFError, OSError) as error:
            expect(False, f"{method} {str(parameters)[:120]}: the conversation ended, {error!r}")
            client.__init__(self.house.path)

    def ahead(self):
        """Very many calls before the first answer is read; then one who never reads."""
        connection = self.plain()
        call = b'{"method":"org.havre.Vault.Status"}\0'
        sent = read = 0
        connection.setblocking(False)
        pending = memoryview(call * 100_000)
        while read < 100_000:
            try:
                sent += connection.send(pending[sent:sent + (1 << 16)]) if sent < len(pending) else 0
            except BlockingIOError:
                pass
            try:
                piece = connection.recv(1 << 20)
                if not piece:
                    break
                read += piece.count(b"\0")
            except BlockingIOError:
                time.sleep(0.001)
        expect(read == 100_000, f"{read} answers to 100,000 calls")
        deaf = self.plain()
        deaf.setblocking(False)
        try:
            for _ in range(10_000):
                deaf.send(call * 20)
        except BlockingIOError:
            pass
        self.alive("answers that nobody takes")
        deaf.close()

    # Descriptors.

    def bad_descriptors(self):
        amina, case = self.scene["Amina"], self.scene.case
        read_end, write_end = os.pipe()
        one, other = socket.socketpair()
        loose = os.memfd_create("unsealed", os.MFD_ALLOW_SEALING)
        os.write(loose, b"x")
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as file:
            numbers = {"pipe": read_end, "write end": write_end, "socket": one.fileno(), "loose": loose, "file": file.fileno(),
                       "folder": os.open(folder, os.O_RDONLY), "path": os.open("/etc/hostname", os.O_PATH),
                       "null": os.open("/dev/null", os.O_RDWR), "zero": os.open("/dev/zero", os.O_RDONLY),
                       "full": os.open("/dev/full", os.O_WRONLY), "daemon": os.open(f"/proc/{self.house.daemon.pid}", os.O_RDONLY)}
            for kind, number in numbers.items():
                for method, name, more in (("Attach", "file", {}), ("Fetch", "out", {"attachment": "0" * 32}),
                                           ("Unlock", "passphrase", {"name": "Amina"}),
                                           ("Export", "out", {"profile": "court", "contact": "Me Diop"})):
                    for index in (0, 1, 7, -1, 1 << 40):
                        given = {name: index, **more}
                        if method != "Unlock":
                            given.update(session=amina.session, case=case)
                        if method == "Attach" and kind in ("file", "loose") and index == 0:
                            continue
                        outcome = self.refusal(method, given, [number])
                        self.counts["descriptors"] += 1
                        expect(outcome in KNOWN, f"{method} {name} {index}, a {kind}: {outcome}")
            for number in list(numbers.values())[5:]:
                os.close(number)
        for number in (read_end, write_end, loose):
            os.close(number)
        one.close()
        other.close()
        self.floods()

    def refusal(self, method, given, files):
        client = self.house.connect(20)
        try:
            client.call(method, files=files, **given)
            return "taken"
        except Refused as error:
            return str(error)
        except (EOFError, OSError) as error:
            return repr(error)
        finally:
            client.close()

    def floods(self):
        """253 descriptors with one byte, again and again; descriptors without a message."""
        before = self.descriptors()
        null = os.open("/dev/null", os.O_RDONLY)
        for count in [253] * 200 + [9] * 200 + [8] * 200:
            connection = self.plain()
            try:
                rights = array.array("i", [null] * count)
                for piece in (b"{", b'"', b"\0"):
                    connection.sendmsg([piece], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
            except OSError:
                pass
            connection.close()
            self.counts["descriptors"] += count
        os.close(null)
        self.alive("floods of descriptors")
        time.sleep(1)
        expect(self.descriptors() <= before + 4, f"{before} descriptors became {self.descriptors()}")

    # Connections.

    def slow(self):
        """500 of another user; what a colleague waits meanwhile."""
        if os.geteuid() != 0:
            skipped("slow connections of another user: needs root")
            return
        # Let in on purpose: the folder of the socket keeps him out otherwise.
        folder = os.path.dirname(self.house.path)
        os.chmod(self.house.folder, 0o711)
        os.chmod(folder, 0o711)
        os.chmod(self.house.path, 0o666)
        program = ("import os,socket,sys,time\n"
                   f"os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})\n"
                   "lines = []\n"
                   "for _ in range(500):\n"
                   "    line = socket.socket(socket.AF_UNIX); line.settimeout(5)\n"
                   "    try: line.connect(sys.argv[1]); lines.append(line)\n"
                   "    except OSError: pass\n"
                   "print(len(lines), flush=True)\n"
                   "while True:\n"
                   "    for line in lines:\n"
                   "        try: line.send(b'{')\n"
                   "        except OSError: pass\n"
                   "    time.sleep(1)\n")
        before = self.memory()
        others = subprocess.Popen([sys.executable, "-c", program, self.house.path], stdout=subprocess.PIPE)
        try:
            self.counts["connections"] += int(others.stdout.readline() or 0)
            time.sleep(2)
            times = []
            client = self.house.connect()
            for _ in range(500):
                begun = time.perf_counter()
                client.call("Status")
                times.append((time.perf_counter() - begun) * 1000)
            grown = self.memory() - before
            worst = sorted(times)[-len(times) // 100]
            print(f"500 slow connections: a colleague waits {statistics.median(times):.2f} ms, p99 {worst:.2f} ms, "
                  f"memory grew by {grown} MiB", flush=True)
            expect(grown <= 64, f"memory grew by {grown} MiB")
            expect(worst < 50 * max(1, os.getloadavg()[0]), f"p99 {worst} ms")
        finally:
            others.kill()
            others.wait()
            others.stdout.close()
            os.chmod(self.house.folder, 0o700)
        time.sleep(1)
        self.alive("slow connections")


def closed():
    """A daemon that was started without standard descriptors prints into no file of ours."""
    house = House()
    try:
        command = 'exec "$0" --vault "$1" --gate "$2" --socket "$3" <&- >&- 2>&-'
        daemon = subprocess.Popen(["sh", "-c", command, os.path.join(BIN, "havred"), house.vault, house.gate, house.path])
        for _ in range(100):
            if os.path.exists(house.path):
                break
            time.sleep(0.1)
        house.unlock("Sylvie").call("Check")
        for number in range(3):
            there = os.readlink(f"/proc/{daemon.pid}/fd/{number}")
            expect(there == "/dev/null", f"descriptor {number} is {there}")
        daemon.terminate()
        expect(daemon.wait(20) == 0, f"without standard descriptors: status {daemon.returncode}")
        for folder in (house.vault, house.gate):
            expect(os.path.getsize(os.path.join(folder, "lock")) == 0, "something was printed into a lock")
        expect(house.check()[0] == 0, "without standard descriptors: check")
    finally:
        house.remove()


def main():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, most), most))
    closed()
    scene = Scene(House())
    try:
        hostile = Hostile(scene)
        entries = len(scene["Sylvie"].call("AuditLog")["entries"])
        before, open_files = hostile.memory(), hostile.descriptors()
        hostile.frames()
        hostile.bad_descriptors()
        hostile.ahead()
        Odd(hostile).run()
        hostile.slow()
        hostile.parameters()
        grown = hostile.memory() - before
        expect(hostile.descriptors() <= open_files + 8, f"{open_files} descriptors became {hostile.descriptors()}")
        check = scene["Sylvie"].call("Check")
        expect(check["ok"], f"check: {check}")
        expect(scene["Sylvie"].call("AuditVerify")["ok"], "the log")
        more = len(scene["Sylvie"].call("AuditLog")["entries"]) - entries
        return tidy(", ".join(f"{count} {name}" for name, count in hostile.counts.items())
                    + f", {more} entries, memory grew by {grown} MiB", "hostile")
    finally:
        scene.house.remove()


if __name__ == "__main__":
    sys.exit(main())
