"""A house of real programs for the attacks of this folder: `havred` on a socket of its own, a client for it, a day.

The programs are those of HAVRE_BIN, else `.build-release/release` when it is there, else `.build/debug`.
"""
import array
import fcntl
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
F_ADD_SEALS, ALL_SEALS = 1033, 15
LISTS = {
    "Show": "records", "Find": "hits", "AuditLog": "entries", "AuditWhoOpened": "entries", "CaseList": None,
    "StaffList": None}


def programs():
    release = os.path.join(ROOT, ".build-release", "release")
    usual = release if os.path.exists(os.path.join(release, "havred")) else os.path.join(ROOT, ".build", "debug")
    return os.environ.get("HAVRE_BIN", usual)


BIN = programs()
# Whoever is told to end tidies up: mounts, folders, daemons.
signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
failures = []


def expect(ok, what):
    """Counts and prints what is not as it must be."""
    if not ok:
        failures.append(what)
        print("FAILED", what, flush=True)
    return ok


def skipped(why, count=1):
    print(f"SKIPPED {count} {why}", flush=True)


def sealed(text):
    """A secret as the daemon takes it: a memory file that nobody can change any more."""
    number = os.memfd_create("secret", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.write(number, text.encode())
    fcntl.fcntl(number, F_ADD_SEALS, ALL_SEALS)
    return number


class Refused(Exception):
    """A named error of the protocol, without its interface, and what it carries."""

    def __init__(self, name, parameters=None):
        super().__init__(name)
        self.parameters = parameters or {}

    def __repr__(self):
        return f"{self} {self.parameters}"


class Client:
    """One connection. `call` puts secrets first among the descriptors, then `files`."""

    def __init__(self, path, seconds=60):
        self.socket = socket.socket(socket.AF_UNIX)
        # Without a limit of time: a full queue of the listener is waited for, and not an error.
        self.socket.connect(path)
        self.socket.settimeout(seconds)
        self.rest = b""
        self.said = []

    def close(self):
        self.socket.close()

    def frame(self):
        while b"\0" not in self.rest:
            piece = self.socket.recv(1 << 20)
            if not piece:
                raise EOFError
            self.rest += piece
        frame, self.rest = self.rest.split(b"\0", 1)
        self.said.append(frame)
        return frame

    def send(self, method, parameters, secrets=(), files=(), more=False):
        call = {"method": "org.havre.Vault." + method, "parameters": parameters}
        if more:
            call["more"] = True
        numbers = [sealed(text) for text in secrets]
        rights = array.array("i", numbers + list(files))
        try:
            message = json.dumps(call).encode() + b"\0"
            self.socket.sendmsg([message], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)] if rights else [])
        finally:
            for number in numbers:
                os.close(number)

    def raw(self, method, parameters, secrets=()):
        """The bytes of one answer."""
        self.send(method, parameters, secrets)
        return self.frame()

    def call(self, method, secrets=(), files=(), **parameters):
        more = method in LISTS and LISTS[method] is not None
        self.send(method, parameters, secrets, files, more)
        gathered = []
        while True:
            reply = json.loads(self.frame())
            if "error" in reply:
                raise Refused(reply["error"].rsplit(".", 1)[1], reply.get("parameters"))
            answer = reply.get("parameters", {})
            if more:
                gathered += answer.get(LISTS[method], [])
            if not reply.get("continues"):
                if more:
                    answer[LISTS[method]] = gathered
                return answer


def refusal(act):
    """Name of the error that an act ends with; None when it is done."""
    try:
        act()
    except Refused as error:
        return str(error)
    return None


def phrase(name):
    return f"{name.lower()} keeps a phrase"


class House:
    """Folders, daemon and people of one vault."""

    def __init__(self, folder=None, supervisor="Sylvie", organisation="La Maison", places=None):
        self.folder = folder or tempfile.mkdtemp(prefix="havre-faults-")
        os.chmod(self.folder, 0o700)
        self.vault, self.gate = places or (os.path.join(self.folder, "vault"), os.path.join(self.folder, "gate"))
        self.path = os.path.join(self.folder, "run", "havred.sock")
        os.makedirs(os.path.dirname(self.path), 0o700, exist_ok=True)
        self.places = ["--vault", self.vault, "--gate", self.gate]
        # What else the daemon is told.
        self.options = []
        self.daemon = None
        self.errors = os.path.join(self.folder, "havred.err")
        if not os.path.exists(os.path.join(self.vault, "vault.db")):
            self.found(supervisor, organisation)

    def found(self, supervisor, organisation):
        secret = sealed(phrase(supervisor))
        os.lseek(secret, 0, os.SEEK_SET)
        done = subprocess.run(
            [os.path.join(BIN, "havre"), "init", *self.places, "--name", organisation, "--supervisor", supervisor,
             "--passphrase-fd", str(secret), "--no-drill", "--json"],
            check=True, pass_fds=[secret], stdout=subprocess.PIPE)
        self.fingerprint = json.loads(done.stdout)["fingerprint"]
        os.close(secret)

    def launch(self, before=(), environment=None):
        """Starts the daemon, maybe under another program; returns its first line, b"" when it ended before."""
        with open(self.errors, "ab") as errors:
            self.daemon = subprocess.Popen(
                [*before, os.path.join(BIN, "havred"), *self.places, *self.options, "--socket", self.path],
                stdout=subprocess.PIPE, stderr=errors, env=environment)
        return self.daemon.stdout.readline().strip()

    def start(self, before=()):
        line = self.launch(before)
        expect(line == b"ready", f"start: {line!r} {self.complaint()}")

    def complaint(self):
        """What the daemon printed last."""
        with open(self.errors, "rb") as errors:
            return errors.read()[-300:].decode(errors="replace").strip()

    def kill(self):
        self.daemon.kill()
        self.ended()

    def kill_traced(self):
        """Ends a daemon that was launched under strace: both of them."""
        for child in subprocess.run(
                ["pgrep", "-P", str(self.daemon.pid)], stdout=subprocess.PIPE, text=True).stdout.split():
            try:
                os.kill(int(child), signal.SIGKILL)
            except ProcessLookupError:
                pass
        try:
            self.daemon.wait(5)
        except subprocess.TimeoutExpired:
            self.daemon.kill()
        self.ended()

    def copy(self, folder):
        """What is stored, as it is now."""
        shutil.copytree(self.folder, folder, symlinks=True, ignore=shutil.ignore_patterns("run"), dirs_exist_ok=True)

    def stop(self, seconds=20):
        """A clean end; the status of the daemon."""
        if self.daemon.poll() is None:
            self.daemon.terminate()
        return self.ended(seconds)

    def ended(self, seconds=20):
        status = self.daemon.wait(seconds)
        self.daemon.stdout.close()
        return status

    def remove(self):
        if self.daemon and self.daemon.poll() is None:
            self.daemon.kill()
            self.daemon.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def connect(self, seconds=60):
        return Client(self.path, seconds)

    def unlock(self, name, secret=None):
        """A connection of her own, and her session."""
        client = self.connect()
        reply = client.call("Unlock", name=name, passphrase=0, secrets=[secret or phrase(name)])
        return Person(client, reply["session"], name, reply["checkpoint"])

    def hire(self, supervisor, name, role):
        code = supervisor.call("StaffInvite", name=name, role=role)["code"]
        words = self.enrol(name, code)
        supervisor.call("StaffConfirm", name=name, words=words)

    def enrol(self, name, code):
        client = self.connect()
        words = client.call("Enrol", name=name, code=0, passphrase=1, secrets=[code, phrase(name)])["words"]
        client.close()
        return words

    def check(self):
        """`havre check` without anybody's passphrase, on a stopped house: its exit status and its answer."""
        done = subprocess.run(
            [os.path.join(BIN, "havre"), "check", *self.places, "--json"], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, timeout=120)
        text = done.stdout or done.stderr
        return done.returncode, json.loads(text) if text.strip().startswith(b"{") else {"problems": [str(text)]}

    def children(self):
        """Numbers of all threads of the daemon."""
        return [int(number) for number in os.listdir(f"/proc/{self.daemon.pid}/task")]


class Person:
    """Somebody with a session on a connection."""

    def __init__(self, client, session, name, checkpoint):
        self.client, self.session, self.name, self.checkpoint = client, session, name, checkpoint

    def call(self, method, secrets=(), files=(), **parameters):
        reply = self.client.call(method, secrets, files, session=self.session, **parameters)
        self.checkpoint = reply.get("checkpoint") or self.checkpoint
        return reply

    def refused(self, method, secrets=(), files=(), **parameters):
        return refusal(lambda: self.call(method, secrets, files, **parameters))


class Tracer:
    """strace on a running daemon: what it does from now on, with injected faults."""

    def __init__(self, pid, calls, inject=(), output=os.devnull, options=()):
        command = ["strace", "-f", "-p", str(pid), "-o", output, "-e", "trace=" + ",".join(calls), *options]
        for fault in inject:
            command += ["-e", "inject=" + fault]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        deadline = time.time() + 20
        while time.time() < deadline:
            ready, _, _ = select.select([self.process.stderr], [], [], 1)
            line = self.process.stderr.readline() if ready else ""
            if re.search(r"[Aa]ttached", line):
                return
            if ready and not line:
                break
        raise RuntimeError("strace did not attach")

    def end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            # It may miss the end of a process whose threads all die at once, and keeps it from being buried.
            self.process.kill()
            self.process.wait()
        self.process.stderr.close()


def can_trace():
    """Whether strace is here and may attach to a process that nobody may read."""
    return shutil.which("strace") is not None and os.geteuid() == 0


def tidy(names, what):
    """Prints the end of a program of this folder, and gives its exit status."""
    print(f"{what}: {names}, {len(failures)} failed", flush=True)
    return 1 if failures else 0
