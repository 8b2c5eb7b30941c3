"""Messages cut at every byte, at the edges of every limit; descriptors of odd kinds; callers who go away: for hostile.py."""
import array
import fcntl
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time

from house import ALL_SEALS, F_ADD_SEALS, Refused, expect, phrase

STATUS = b'{"method":"org.havre.Vault.Status"}'
LIMIT = 1 << 20


def rights(*numbers):
    return [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", numbers))]


def memory_file(content, seals=ALL_SEALS):
    number = os.memfd_create("odd", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.write(number, content)
    if seals:
        fcntl.fcntl(number, F_ADD_SEALS, seals)
    return number


class Odd:
    """`hostile` gives the house, the scene, connections and counts."""

    def __init__(self, hostile):
        self.hostile, self.scene, self.house = hostile, hostile.scene, hostile.house
        self.counts = hostile.counts

    def run(self):
        self.split()
        self.edges()
        self.doubled()
        self.outputs()
        self.inputs()
        self.secrets()
        self.abort()
        self.half_open()

    # Messages.

    def answer(self, connection):
        """The next answer's error or "Status"; "closed" when there is none."""
        said = b""
        try:
            while b"\0" not in said:
                piece = connection.recv(1 << 16)
                if not piece:
                    return "closed"
                said += piece
        except (ConnectionResetError, BrokenPipeError):
            return "closed"
        return json.loads(said.split(b"\0")[0]).get("error", "x.Status").rsplit(".", 1)[1]

    def split(self):
        """One call in two pieces, cut at every byte; in pieces of one byte; two calls, cut at every byte."""
        amina = self.scene["Amina"]
        call = json.dumps({"method": "org.havre.Vault.Whoami", "parameters": {"session": amina.session}}).encode() + b"\0"
        connection = self.hostile.plain()
        for text, answers in ((call, 1), (call + STATUS + b"\0", 2)):
            for cut in range(1, len(text)):
                connection.sendall(text[:cut])
                if cut % 8 == 0:
                    time.sleep(0.001)
                connection.sendall(text[cut:])
                said = b""
                while said.count(b"\0") < answers:
                    piece = connection.recv(1 << 16)
                    if not expect(piece, f"cut at {cut}: closed"):
                        return
                    said += piece
                expect(b'"error"' not in said, f"cut at {cut}: {said[:200]}")
                self.counts["frames"] += 1
        for byte in call:
            connection.sendall(bytes([byte]))
        expect(self.answer(connection) == "Status", "byte by byte")
        connection.close()

    def edges(self):
        """At each limit and one beyond it."""
        def frame(size):
            return STATUS + b" " * (size - len(STATUS)) + b"\0"

        def nested(depth):
            # The call itself is the first level.
            return b'{"method":"org.havre.Vault.Status","parameters":{"x":' + b"[" * (depth - 2) + b"]" * (depth - 2) + b"}}\0"

        cases = [(frame(LIMIT), {"Status"}), (frame(LIMIT + 1), {"Invalid", "closed"}), (frame(LIMIT)[:-1], {"closed", "Invalid"}),
                 (nested(32), {"Invalid", "InvalidParameter"}), (nested(33), {"Invalid"}), (nested(5_000), {"Invalid"})]
        for key in ("method", "parameters", "more", "oneway"):
            twice = b'{"method":"org.havre.Vault.Status","parameters":{},"more":false,"oneway":false,"%s":%s}\0' % (
                key.encode(), b"{}" if key == "parameters" else b"false" if key != "method" else b'"x"')
            cases.append((twice, {"Invalid"}))
        for escaped in (b"\\u0073ession", b"session"):
            cases.append((b'{"method":"org.havre.Vault.Whoami","parameters":{"session":"x","%s":"y"}}\0' % escaped, {"Invalid"}))
        cases.append((b'{"method":"org.havre.Vault.Add","parameters":{"fields":{"a":[{"b":1,"b":2}]}}}\0', {"Invalid"}))
        for text, wanted in cases:
            connection = self.hostile.plain()
            try:
                connection.sendall(text)
                connection.shutdown(socket.SHUT_WR)
            except (BrokenPipeError, ConnectionResetError):
                pass
            said = self.answer(connection)
            expect(said in wanted, f"{text[:90]!r} ... {len(text)} bytes: {said}")
            connection.close()
            self.counts["frames"] += 1
        self.hostile.alive("edges")

    # Descriptors.

    def ask(self, method, given, numbers, seconds=40):
        """The name of the refusal, or the answer."""
        client = self.house.connect(seconds)
        try:
            return client.call(method, files=numbers, **given)
        except Refused as error:
            return str(error)
        except (EOFError, OSError) as error:
            return repr(error)
        finally:
            client.close()
            self.counts["descriptors"] += len(numbers)

    def doubled(self):
        """One descriptor for two parameters, one number twice in a message, an index nobody sent."""
        phrases = memory_file(phrase("Amina").encode())
        amina = {"session": self.scene["Amina"].session}
        # It changes nothing, and both are read whole.
        outcome = self.ask("Passwd", {**amina, "passphrase": 0, "newPassphrase": 0}, [phrases])
        expect(isinstance(outcome, dict), f"old and new passphrase by one descriptor: {outcome}")
        wrong = memory_file(b"something else entirely 5")
        outcome = self.ask("Unlock", {"name": "Amina", "passphrase": 1}, [wrong, phrases])
        expect(isinstance(outcome, dict), f"the second of two descriptors: {outcome}")
        outcome = self.ask("Unlock", {"name": "Amina", "passphrase": 2}, [wrong, phrases])
        expect(outcome == "Invalid", f"the third of two descriptors: {outcome}")
        outcome = self.ask("Unlock", {"name": "Amina", "passphrase": 0, "keyfile": 0}, [phrases])
        expect(outcome in ("Invalid", "WrongPassphrase"), f"passphrase and key file by one descriptor: {outcome}")
        os.close(phrases)
        os.close(wrong)

    def attached(self):
        with tempfile.NamedTemporaryFile() as file:
            file.write(os.urandom(3 << 20))
            file.flush()
            with open(file.name, "rb") as reader:
                return self.scene["Amina"].call("Attach", files=[reader.fileno()], case=self.scene.case, file=0)["attachment"]

    def outputs(self):
        """What cannot be written, or whose reader goes: an error soon, and the daemon goes on."""
        attachment = self.attached()
        self.scene.attachments.add(attachment)
        amina = self.scene["Amina"]
        closed_read, closed_write = os.pipe()
        os.close(closed_read)
        one, other = socket.socketpair()
        other.close()
        with tempfile.NamedTemporaryFile() as file:
            kinds = {
                "/dev/full": os.open("/dev/full", os.O_WRONLY), "a pipe that nobody reads any more": closed_write,
                "a socket whose end is gone": one.detach(), "O_PATH": os.open(file.name, os.O_PATH),
                "read only": os.open(file.name, os.O_RDONLY), "a folder": os.open("/tmp", os.O_RDONLY),
                "a sealed memory file": memory_file(b"x"), "a memory file that may not grow": memory_file(b"x", 0x0004),
                "eventfd": os.eventfd(0), "the daemon's own vault.db": os.open(os.path.join(self.house.vault, "vault.db"), os.O_RDONLY)}
            for kind, number in kinds.items():
                begun = time.monotonic()
                outcome = self.ask("Fetch", {"session": amina.session, "case": self.scene.case, "attachment": attachment, "out": 0}, [number])
                expect(isinstance(outcome, str) and outcome in ("Invalid", "StorageFull", "Usage"), f"fetch into {kind}: {outcome}")
                expect(time.monotonic() - begun < 20, f"fetch into {kind}: {time.monotonic() - begun:.0f} s")
                os.close(number)
        # A reader who goes in the middle.
        read_end, write_end = os.pipe()
        reader = threading.Thread(target=lambda: (os.read(read_end, 1000), os.close(read_end)))
        reader.start()
        outcome = self.ask("Fetch", {"session": amina.session, "case": self.scene.case, "attachment": attachment, "out": 0}, [write_end])
        expect(isinstance(outcome, str), f"fetch whose reader goes: {str(outcome)[:100]}")
        os.close(write_end)
        reader.join()
        self.hostile.alive("odd outputs")

    def inputs(self):
        """Files that change while they are read: what is attached is one state of them or none."""
        amina = self.scene["Amina"]
        before = len(self.scene.shown())
        taken = 0
        with tempfile.TemporaryDirectory() as folder:
            for change, after in (("grow", 24 << 20), ("shrink", 1 << 20), ("empty", 0), ("unlink", 16 << 20)):
                path = os.path.join(folder, change)
                with open(path, "wb") as file:
                    file.write(b"x" * (16 << 20))
                number = os.open(path, os.O_RDONLY)

                def go(change=change, path=path):
                    time.sleep(0.02)
                    if change == "grow":
                        with open(path, "ab") as file:
                            file.write(b"y" * (8 << 20))
                    elif change == "unlink":
                        os.unlink(path)
                    else:
                        os.truncate(path, 1 << 20 if change == "shrink" else 0)
                changer = threading.Thread(target=go)
                changer.start()
                outcome = self.ask("Attach", {"session": amina.session, "case": self.scene.case, "file": 0}, [number], 120)
                changer.join()
                if isinstance(outcome, dict):
                    taken += 1
                    self.scene.attachments.add(outcome["attachment"])
                    # What is appended may be there in part.
                    there = outcome["bytes"] in (16 << 20, after) or change == "grow" and 16 << 20 < outcome["bytes"] < after
                    expect(there, f"a file that is changed ({change}): {outcome['bytes']} bytes")
                else:
                    expect(outcome in ("Invalid", "Busy"), f"a file that is changed ({change}): {outcome}")
                os.close(number)
        expect(len(self.scene.shown()) == before + taken, "half an attachment became a record")

    def secrets(self):
        """Memory files that could still change, or that are no secret."""
        page = b"p" * 4_097
        for content, seals, what in ((b"", ALL_SEALS, "empty"), (page, ALL_SEALS, "too long"), (b"x", 0, "unsealed"), (b"x", 0x8, "may grow and shrink"),
                                     (b"x", 0xE, "not sealed against seals"), (b"x\n", ALL_SEALS, "a line"), (b"\xff\xfe", ALL_SEALS, "no UTF-8"),
                                     (b"\0", ALL_SEALS, "a NUL")):
            number = memory_file(content, seals)
            outcome = self.ask("Unlock", {"name": "Karim", "passphrase": 0}, [number])
            expect(outcome in ("Invalid", "WrongPassphrase"), f"a passphrase that is {what}: {str(outcome)[:80]}")
            os.close(number)
        # Resized while the daemon looks at it: refused because it could be.
        number = memory_file(b"x" * 100, 0)
        stop = threading.Event()

        def resize():
            while not stop.is_set():
                os.ftruncate(number, 0)
                os.ftruncate(number, 100)
        worker = threading.Thread(target=resize)
        worker.start()
        for _ in range(20):
            outcome = self.ask("Unlock", {"name": "Karim", "passphrase": 0}, [number])
            expect(outcome in ("Invalid", "TooManyAttempts"), f"a memory file resized meanwhile: {str(outcome)[:80]}")
        stop.set()
        worker.join()
        os.close(number)

    # Callers.

    def abort(self):
        """`more` whose caller goes after each number of answers, or in the middle of one; many calls of many kinds ahead."""
        amina = self.scene["Amina"]
        show = {"method": "org.havre.Vault.Show", "parameters": {"session": amina.session, "case": self.scene.case}, "more": True}
        for bytes_read in [0, 1, 100, 4_096, 70_000] * 6:
            connection = self.hostile.plain()
            connection.sendall(json.dumps(show).encode() + b"\0")
            if bytes_read:
                connection.recv(bytes_read)
            connection.close()
            self.counts["connections"] += 1
        calls = [("Status", {}), ("Whoami", {"session": amina.session}), ("Show", {"session": amina.session, "case": self.scene.case, "record": self.scene.record}),
                 ("Show", {"session": "x", "case": "y"}), ("Nothing", {}), ("Forms", {})]
        connection = self.hostile.plain()
        wanted = [calls[number % len(calls)] for number in range(600)]
        text = b"".join(json.dumps({"method": "org.havre.Vault." + name, "parameters": given}).encode() + b"\0" for name, given in wanted)
        sender = threading.Thread(target=lambda: connection.sendall(text))
        sender.start()
        said = b""
        while said.count(b"\0") < len(wanted):
            piece = connection.recv(1 << 20)
            if not expect(piece, "many calls of many kinds ahead: closed"):
                break
            said += piece
        sender.join()
        kinds = ["error" in json.loads(answer) for answer in said.split(b"\0")[:-1]]
        expect(kinds == [number % 6 in (3, 4) for number in range(600)], "answers are not in the order of the calls")
        connection.close()
        self.counts["calls"] += 600
        self.hostile.alive("callers who go")

    def half_open(self):
        """Two users hold all they may of begun messages; a third one works meanwhile, and the places come back."""
        if os.geteuid() != 0:
            return
        folder = os.path.dirname(self.house.path)
        for path, mode in ((self.house.folder, 0o711), (folder, 0o711), (self.house.path, 0o666)):
            os.chmod(path, mode)
        program = ("import os,socket,sys,time\n"
                   "os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[2]))\n"
                   "lines = []\n"
                   "for number in range(140):\n"
                   "    line = socket.socket(socket.AF_UNIX); line.settimeout(2)\n"
                   "    try:\n"
                   "        line.connect(sys.argv[1])\n"
                   "        line.send(b'{\"method\":\"org.havre.Vault.Sta'[:1 + number % 30])\n"
                   "        lines.append(line)\n"
                   "    except OSError: pass\n"
                   "print(len(lines), flush=True)\n"
                   "time.sleep(60)\n")
        third = ("import os,socket,sys\n"
                 "os.setgroups([]); os.setgid(65532); os.setuid(65532)\n"
                 "for _ in range(20):\n"
                 "    line = socket.socket(socket.AF_UNIX); line.connect(sys.argv[1]); line.settimeout(10)\n"
                 "    line.send(b'{\"method\":\"org.havre.Vault.Status\"}\\0'); print(b'serving' in line.recv(65536))\n")
        crowd = [subprocess.Popen([sys.executable, "-c", program, self.house.path, str(uid)], stdout=subprocess.PIPE) for uid in (65533, 65534)]
        try:
            self.counts["connections"] += sum(int(process.stdout.readline() or 0) for process in crowd)
            begun = time.monotonic()
            said = subprocess.run([sys.executable, "-c", third, self.house.path], stdout=subprocess.PIPE, text=True, timeout=60).stdout
            expect(said == "True\n" * 20, f"half-open connections: a third user hears {said.split()}")
            expect(not self.scene["Amina"].refused("Add", case=self.scene.case, form="note", fields={"summary": "meanwhile"}),
                   "half-open connections: a colleague cannot write")
            print(f"280 half-open connections: 20 new conversations in {time.monotonic() - begun:.2f} s", flush=True)
            # After 15 s begun messages are let go.
            time.sleep(17)
            expect(self.hostile.descriptors() < 100, f"half-open connections stay: {self.hostile.descriptors()} descriptors")
        finally:
            for process in crowd:
                process.kill()
                process.wait()
                process.stdout.close()
            os.chmod(self.house.folder, 0o700)
