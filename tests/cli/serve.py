"""serve: who may ask, what may be sent, what it costs. Only loopback. The transport is asked with a made-up case
(tests/unit/serve/fake.c), then spoor serve itself with a real one."""
import atexit
import concurrent.futures
import gzip
import hashlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time

from cli import SPOOR, TMP, evidence, path, rules, spoor
from tap import Tap

FAKE = sys.argv[3]
SANITIZED = bool(os.environ.get("SPOOR_SANITIZED"))
t = Tap()
JSON = {"Content-Type": "application/json"}
ALWAYS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
                               "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'",
    "x-content-type-options": "nosniff", "cross-origin-opener-policy": "same-origin", "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer", "cache-control": "no-store", "connection": "close", "x-frame-options": "DENY",
}


class Answer:
    """All bytes of one connection, taken apart."""

    def __init__(self, raw):
        self.raw = raw
        head, _, self.body = raw.partition(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        self.status = int(lines[0].split()[1]) if lines[0].startswith(b"HTTP/1.1 ") else 0
        self.fields = [(k.lower().decode(), v.strip().decode()) for k, _, v in (x.partition(b":") for x in lines[1:])]
        self.head = dict(self.fields)

    def json(self):
        return json.loads(self.body)


class Server:
    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        atexit.register(self.process.kill)
        self.errors = []
        threading.Thread(target=lambda: self.errors.extend(self.process.stderr), daemon=True).start()
        self.url = self.process.stdout.readline().strip()
        found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/#t=([0-9a-f]{64})", self.url)
        self.port, self.token = (int(found.group(1)), found.group(2)) if found else (0, "")
        self.host = f"127.0.0.1:{self.port}"
        self.cookie = self.csrf = ""

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=40)

    def send(self, raw, then=None):
        with self.connect() as s:
            s.sendall(raw)
            if then:
                then(s)
            return self.rest(s)

    @staticmethod
    def rest(s):
        got = b""
        try:
            while piece := s.recv(1 << 16):
                got += piece
        except ConnectionResetError:
            pass
        return Answer(got)

    def ask(self, method, target, body=None, known=False, **more):
        fields = {"Host": self.host}
        if known:
            fields["Cookie"] = self.cookie
            fields["X-Spoor-Token"] = self.csrf
        if method == "POST":
            fields["Content-Type"] = "application/json"
            body = b"{}" if body is None else body
        fields.update({k.replace("_", "-"): v for k, v in more.items()})
        if body is not None:
            fields["Content-Length"] = str(len(body))
        lines = "".join(f"{k}: {v}\r\n" for k, v in fields.items() if v is not None)
        return self.send(f"{method} {target} HTTP/1.1\r\n{lines}\r\n".encode("latin-1") + (body or b""))

    def get(self, target, **more):
        return self.ask("GET", target, known=True, **more)

    def log_in(self):
        a = self.ask("POST", "/api/session", json.dumps({"token": self.token}).encode())
        self.cookie, self.csrf = a.head.get("set-cookie", "").split(";")[0], a.json().get("csrf", "")
        return a

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        return self.process.wait(30)


def fake(name):
    os.makedirs(path(name), exist_ok=True)
    return Server(FAKE, path(name))


def all_in(wanted, name, *facts):
    """One test point for many cases: `facts` are (case, was it as it should be, what it was)."""
    wrong = [f"{case}: {was}" for case, ok, was in facts if not ok]
    t.check(len(facts) >= wanted and not wrong, f"{name} ({len(facts)})", *(wrong or [f"only {len(facts)} cases"]))


def guarded(a):
    return all(a.head.get(k) == v for k, v in ALWAYS.items()) and not any(k.startswith("access-control") for k in a.head) \
        and len({k for k, _ in a.fields}) == len(a.fields)


one, other = fake("one"), fake("two")
t.check(one.port and other.port, "the address is printed", one.url, one.errors)
t.check(one.token != other.token, "each run has its own token")

# --- where it listens -------------------------------------------------------------------------
def listening(server):
    """Local addresses of the process's listening sockets."""
    folder = f"/proc/{server.process.pid}/fd"
    inodes = {m.group(1) for fd in os.listdir(folder) if (m := re.match(r"socket:\[(\d+)\]", os.readlink(f"{folder}/{fd}")))}
    found = []
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in open(f"/proc/net/{table}").read().splitlines()[1:]:
            row = line.split()
            if row[9] in inodes and (row[3] == "0A" or table.startswith("udp")):
                found.append((table, row[1]))
    return found


t.equal(listening(one), [("tcp", "0100007F:%04X" % one.port)], "it listens on 127.0.0.1 and nowhere else")

# --- the session --------------------------------------------------------------------------------
watch_start = time.time()
a = one.log_in()
other.log_in()
t.check(a.status == 200 and guarded(a), "the token is changed for a cookie", a.raw)
t.check(re.fullmatch(r"spoor_%d=[0-9a-f]{64}; HttpOnly; SameSite=Strict; Path=/" % one.port, a.head.get("set-cookie", "")),
        "which scripts and other sites do not get", a.head)
t.check(re.fullmatch(r"[0-9a-f]{64}", one.csrf) and one.csrf not in one.cookie and one.token not in one.cookie, "and for a second secret")
t.check(one.token not in open(f"/proc/{one.process.pid}/cmdline").read(), "the token is in no command line")

executor = concurrent.futures.ThreadPoolExecutor(32)
full_watch = executor.submit(lambda: (other.get("/api/changes?since=0"), time.time()))
late_head = executor.submit(lambda: (time.time(), other.send(b"GET / HTTP/1.1\r\nHost: a"), time.time()))
hanging = executor.submit(lambda: (time.time(), other.get("/api/event/hang"), time.time()))

# --- hosts --------------------------------------------------------------------------------------
p = one.port
HOSTS = [
    "", " ", "evil.example", f"evil.example:{p}", "127.0.0.1", "localhost", "[::1]", f"127.0.0.1:{p + 1}", "127.0.0.1:80", f"127.0.0.1:0{p}",
    f"127.0.0.1:{p} ,evil", f"127.0.0.1:{p}.evil.example", f"localhost:{p}.", f"localhost.:{p}", f"LOCALHOST:{p}", f"localhost.evil.example:{p}",
    f"evil@127.0.0.1:{p}", f"user:pw@localhost:{p}", f"127.0.0.1:{p}@evil", f"http://127.0.0.1:{p}", f"127.0.0.1:{p}/", f"127.0.0.1:{p}#",
    f"127.0.0.1:{p}?", f"127.1:{p}", f"2130706433:{p}", f"0x7f000001:{p}", f"0177.0.0.1:{p}", f"127.0.0.2:{p}", f"0.0.0.0:{p}", f"[::]:{p}",
    f"::1:{p}", f"[::ffff:127.0.0.1]:{p}", f"[::1%25lo]:{p}", f"[0:0:0:0:0:0:0:1]:{p}", f"127.0.0.1.nip.io:{p}", f"rebind.network:{p}",
    f"l\xf6calhost:{p}", f"xn--lcalhost-n4a:{p}", f"127.0.0.1:{p}:{p}", f"127.0.0.1 :{p}", f"127.0.0.1: {p}", f"127.0.0.1:{p}, 127.0.0.1:{p}",
    f"\"127.0.0.1:{p}\"", f"127。0。0。1:{p}".encode("utf-8").decode("latin-1"), f"127.0.0.1:{p}\x0b", f"127.0.0.1:{p}\x00.evil",
]
facts = []
for h in HOSTS:
    for target in ("/", "/api/case"):
        a = one.get(target, Host=h)
        facts.append((repr((h, target)), a.status in (400, 421) and guarded(a) and b"made up" not in a.body, a.raw[:80]))
all_in(80, "hostile Host values", *facts)
raw = f"GET /api/case HTTP/1.1\r\nCookie: {one.cookie}\r\n"
all_in(3, "no Host, or more than one", *[(x, (a := one.send((raw + x + "\r\n").encode())).status == 421 and guarded(a), a.raw[:80]) for x in (
    "", f"Host: {one.host}\r\nHost: {one.host}\r\n", f"Host: {one.host}\r\nhost: evil\r\n")])
all_in(2, "the whole address as target", *[(x, (a := one.get(x)).status == 400, a.raw[:80]) for x in (
    f"http://{one.host}/api/decisions", "http://evil.example/")])
t.equal([one.get("/api/decisions", Host=f"{h}:{p}").status for h in ("127.0.0.1", "localhost", "[::1]")], [200] * 3, "the three names are served")

# --- routes -------------------------------------------------------------------------------------
ROUTES = [line.split() for line in subprocess.run([FAKE, "--routes"], capture_output=True, text=True, check=True).stdout.splitlines()]
ARGUMENT = {"/api/event/": "abc", "/api/search": "?q=x", "/api/changes": "?since=9"}
t.check(len(ROUTES) >= 10 and all(r[2] != "nothing" for r in ROUTES if r[1].startswith("/api/")), "only the page is open", ROUTES)
WAYS = {
    "no secret": {"Cookie": None, "X_Spoor_Token": None},
    "a wrong cookie": {"Cookie": f"spoor_{p}={'0' * 64}"},
    "a short cookie": {"Cookie": one.cookie[:-1]},
    "another run's secrets": {"Cookie": other.cookie.replace(str(other.port), str(p)), "X_Spoor_Token": other.csrf},
    "the cookie under another name": {"Cookie": one.cookie.replace("spoor_", "spoor")},
    "the cookie twice": {"Cookie": one.cookie + "; " + one.cookie},
    "a wrong token": {"X_Spoor_Token": "0" * 64},
    "no token": {"X_Spoor_Token": None},
    "the token of the address": {"X_Spoor_Token": one.token},
    "Origin evil": {"Origin": "http://evil.example"},
    "Origin null": {"Origin": "null"},
    "Origin of another port": {"Origin": f"http://127.0.0.1:{p + 1}"},
    "Origin with https": {"Origin": f"https://{one.host}"},
    "Origin localhost": {"Origin": f"http://localhost:{p}"},
    "from another site": {"Sec_Fetch_Site": "cross-site"},
    "from the same site": {"Sec_Fetch_Site": "same-site"},
}
NEEDS_TOKEN = {"a wrong token", "no token", "the token of the address"}
before, facts = os.path.exists(path("one", "decisions")), []
for method, where, need in ROUTES:
    target = where + ARGUMENT.get(where, "")
    body = json.dumps({"token": one.token}).encode() if need == "token" else None
    for name, fields in WAYS.items():
        a = one.ask(method, target, body, known=True, **fields)
        secret = "Cookie" in fields or name in NEEDS_TOKEN
        fine = need == "nothing" or (need == "token" and secret) or (need == "cookie" and name in NEEDS_TOKEN)
        ok = a.status == 200 if fine else a.status in (401, 403) and set(a.json()) == {"error"}
        facts.append((f"{method} {where}: {name}", ok and guarded(a), a.raw[:90]))
    flipped = one.ask("GET" if method == "POST" else "POST", target, known=False)
    facts.append((f"{method} {where}: the other method without secrets", flipped.status in ((405,) if need == "nothing" else (400, 401, 403, 405)), flipped.raw[:90]))
    for verb in ("HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"):
        a = one.ask(verb, target, known=True)
        facts.append((f"{verb} {where}", a.status == 405 and "allow" in a.head and guarded(a), a.raw[:90]))
    a = one.ask(method, target, body, known=True, Origin=f"http://{one.host}", Sec_Fetch_Site="same-origin") if need != "both" else None
    facts.append((f"{method} {where}: its own page", a is None or a.status == 200, a and a.raw[:90]))
all_in(200, "each route against each way of not being allowed", *facts)
t.check(not before and not os.path.exists(path("one", "decisions")), "nobody decided anything so")
a = one.ask("POST", "/api/decisions", known=True, Sec_Fetch_Site="none")
t.equal(a.status, 403, "a change is never typed into the address bar")
all_in(4, "forms of other pages are no JSON", *[(x, (a := one.ask("POST", "/api/decisions", b'{"a":"=b"}', known=True, Content_Type=x)).status == 415, a.raw[:90])
                                              for x in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", None)])
all_in(5, "unknown paths are not there, whoever asks", *[(x, (a := one.get(x)).status == 404 and guarded(a), a.raw[:90]) for x in (
    "/api", "/api/", "/api/case/", "/API/case", "/index.html", "/api/event")])

# --- traversal ----------------------------------------------------------------------------------
STEPS = ["..", "%2e%2e", "%2E%2E", "%252e%252e", ".%2e", "%2e.", "..;", "..%00", "%c0%ae%c0%ae", "%e0%80%ae%e0%80%ae", "...", "..%5c..", "%2e%2e%5c%2e%2e",
         "....//", "..%2f..", "..%252f..", "%uff0e%uff0e", "..%c0%af..", "..%01", ".;."]
PATHS = [x for s in STEPS for x in (f"/{s}/{s}/{s}/{s}/{s}/etc/passwd", f"/api/event/{s}/{s}/{s}/{s}/etc/passwd", f"/app.js/{s}/{s}/etc/passwd")]
PATHS += ["//etc/passwd", "/etc/passwd", "/%2fetc%2fpasswd", "/..\\..\\etc\\passwd", "/C:\\windows\\win.ini", "/\\\\host\\share", "/api/event//etc/passwd",
          "/api/event/%2fetc%2fpasswd", "/api/event/..%2f..%2fetc%2fpasswd:0:0", "/proc/self/environ", "/.git/config", "/case.db", "/api/event/case.db",
          "/file:///etc/passwd", "/./app.js", "/x/../app.js", "/app.js%00.css", "/app%2ejs"]
facts = []
for x in PATHS:
    for a in (one.get(x), one.ask("GET", x)):
        facts.append((x, a.status in (400, 401, 404) and b"root:" not in a.body and len(a.body) < 100 and guarded(a), a.raw[:90]))
all_in(120, "traversal", *facts)

# --- raw requests -------------------------------------------------------------------------------
H = f"Host: {one.host}\r\nCookie: {one.cookie}\r\nX-Spoor-Token: {one.csrf}\r\nContent-Type: application/json\r\n"
POST = "POST /api/decisions HTTP/1.1\r\n" + H
SECOND = f"GET /api/decisions HTTP/1.1\r\n{H}\r\n"
CHUNKED = "0\r\n\r\n"
RAW = {
    "length and chunked": (400, POST + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKED + SECOND),
    "chunked and length": (400, POST + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n" + CHUNKED + SECOND),
    "chunked in capitals and length": (400, POST + "TRANSFER-ENCODING: CHUNKED\r\nContent-Length: 4\r\n\r\n" + CHUNKED + SECOND),
    "an unknown coding and length": (400, POST + "Transfer-Encoding: xchunked\r\nContent-Length: 4\r\n\r\n" + CHUNKED + SECOND),
    "a blank before the colon of the coding": (400, POST + "Transfer-Encoding : chunked\r\nContent-Length: 4\r\n\r\n" + CHUNKED + SECOND),
    "a tab before the coding's value and length": (400, POST + "Transfer-Encoding:\tchunked\r\nContent-Length: 4\r\n\r\n" + CHUNKED + SECOND),
    "a vertical tab in the coding": (400, POST + "Transfer-Encoding: \x0bchunked\r\n\r\n" + CHUNKED + SECOND),
    "a folded coding": (400, POST + "Transfer-Encoding:\r\n chunked\r\n\r\n" + CHUNKED + SECOND),
    "chunked alone": (411, POST + "Transfer-Encoding: chunked\r\n\r\n" + CHUNKED + SECOND),
    "chunk extensions": (411, POST + "Transfer-Encoding: chunked\r\n\r\n2;a=b\r\n{}\r\n" + CHUNKED + SECOND),
    "two codings": (400, POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n" + CHUNKED + SECOND),
    "two lengths, alike": (400, POST + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}" + SECOND),
    "two lengths, not alike": (400, POST + "Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}" + SECOND),
    "a list of lengths": (400, POST + "Content-Length: 2,2\r\n\r\n{}" + SECOND),
    "a signed length": (400, POST + "Content-Length: +2\r\n\r\n{}" + SECOND),
    "a negative length": (400, POST + "Content-Length: -2\r\n\r\n{}" + SECOND),
    "a length in hex": (400, POST + "Content-Length: 0x2\r\n\r\n{}" + SECOND),
    "a length with a blank": (400, POST + "Content-Length: 2 2\r\n\r\n{}" + SECOND),
    "an empty length": (400, POST + "Content-Length: \r\n\r\n{}" + SECOND),
    "a length beyond 64 bits": (400, POST + "Content-Length: 18446744073709551618\r\n\r\n{}" + SECOND),
    "no length": (411, POST + "\r\n{}" + SECOND),
    "a body for GET": (400, f"GET /api/decisions HTTP/1.1\r\n{H}Content-Length: 2\r\n\r\n{{}}" + SECOND),
    "bare LF everywhere": (400, SECOND.replace("\r\n", "\n")),
    "bare LF behind the request line": (400, f"GET /api/decisions HTTP/1.1\n{H}\r\n"),
    "bare LF between fields": (400, f"GET /api/decisions HTTP/1.1\r\nA: b\n{H}\r\n"),
    "bare LF as the end of the head": (400, f"GET /api/decisions HTTP/1.1\r\n{H}\n" + SECOND),
    "bare CR between fields": (400, f"GET /api/decisions HTTP/1.1\r\nA: b\r{H}\r\n"),
    "a folded line": (400, f"GET /api/decisions HTTP/1.1\r\n{H}A: b\r\n c: d\r\n\r\n"),
    "a folded Host": (400, f"GET /api/decisions HTTP/1.1\r\nHost:\r\n {one.host}\r\n\r\n"),
    "NUL in a field": (400, f"GET /api/decisions HTTP/1.1\r\n{H}A: b\x00c\r\n\r\n"),
    "an empty line first": (400, "\r\n" + SECOND),
    "no version": (400, "GET /api/decisions\r\n\r\n"),
    "HTTP/1.0": (505, f"GET /api/decisions HTTP/1.0\r\n{H}\r\n"),
    "HTTP/1.10": (400, f"GET /api/decisions HTTP/1.10\r\n{H}\r\n"),
    "HTTP/2's first words": (505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    "two blanks": (400, f"GET  /api/decisions HTTP/1.1\r\n{H}\r\n"),
    "a blank in the path": (400, f"GET /api/decisions x HTTP/1.1\r\n{H}\r\n"),
    "no colon": (400, f"GET /api/decisions HTTP/1.1\r\n{H}nothing\r\n\r\n"),
    "an expectation": (417, POST + "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n{}"),
    "TLS": (400, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
    "a second request behind the first": (200, SECOND + SECOND),
    "a second request behind a refused one": (404, SECOND.replace("/api/decisions", "/nothing") + SECOND),
}
facts = []
RAW["HTTP/2's first words"] = (400, RAW["HTTP/2's first words"][1])
for name, (want, text) in RAW.items():
    a = one.send(text.encode("latin-1"))
    facts.append((name, a.status == want and len(re.findall(rb"HTTP/1\.1 \d{3} ", a.raw)) == 1 and guarded(a), a.raw[:90]))
all_in(30, "raw requests: one answer, and the right one", *facts)
t.check(not os.path.exists(path("one", "decisions")), "no smuggled decision was made")
byte_by_byte = one.send(b"", lambda s: [s.sendall(bytes([x])) for x in SECOND.encode()])
t.equal(byte_by_byte.status, 200, "a request may come byte by byte")

# --- sizes --------------------------------------------------------------------------------------
t.equal(one.send(f"GET / HTTP/1.1\r\n{H}A: {'x' * 20000}\r\n\r\n".encode()).status, 431, "a head above 16 KiB")
t.equal(one.send(f"GET / HTTP/1.1\r\n{H}A: {'x' * 15000}\r\n\r\n".encode()).status, 200, "a head below")
t.equal(one.send((f"GET / HTTP/1.1\r\n{H}" + "A: b\r\n" * 100 + "\r\n").encode()).status, 431, "more than 100 fields")
t.equal(one.ask("POST", "/api/session", b" " * (1 << 20), known=True).status, 400, "a body of 1 MiB is read")
t.equal(one.send((POST + "Content-Length: 1048577\r\n\r\n").encode()).status, 413, "a larger one is not")
t.equal(one.get("/api/search?q=" + "x" * 257).status, 400, "a question above 256 bytes")
all_in(8, "questions that make no sense", *[(x, (a := one.get("/api/search" + x)).status == 400, a.raw[:90]) for x in (
    "", "?q=", "?q", "?q=%", "?q=%zz", "?q=%00", "?q=a&q=b", "?q=a&limit=0", "?q=a&limit=x", "?q=a&after=%0")])
t.equal(one.get("/api/search?q=a%20b%C3%A4&after=fact:7&limit=5000").json(), {"q": "a bä", "after": "fact:7", "rows": 200}, "a question arrives as it was meant")
all_in(4, "changes since what?", *[(x, (a := one.get("/api/changes" + x)).status == 400, a.raw[:90]) for x in ("", "?since=", "?since=-1", "?since=1&since=2")])

# --- slow and many clients ----------------------------------------------------------------------
def quick():
    started = time.time()
    ok = one.get("/api/decisions").status == 200
    return time.time() - started if ok else 99


slow = one.connect()
slow.sendall(b"GET / HTTP/1.1\r\nHo")
t.check(quick() < 1, "a slow client holds up nobody")
held = [one.connect() for _ in range(150)]
for s in held:
    s.sendall(b"GET /")
t.check(quick() < 1, "nor do 150 of them: the oldest makes room")
t.equal(Server.rest(slow).status, 503, "and is told")
for s in held:
    s.close()
bodies = [one.connect() for _ in range(100)]
for s in bodies:
    s.sendall((POST + "Content-Length: 10\r\n\r\n{").encode())
t.check(quick() < 1, "nor do 100 bodies that never end")
for s in bodies:
    s.close()
take_nothing = [one.connect() for _ in range(60)]
for s in take_nothing:
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    s.sendall(f"GET /api/case HTTP/1.1\r\n{H}\r\n".encode())
time.sleep(0.6)
half = [one.connect() for _ in range(20)]
for s in half:
    s.sendall((POST + "Content-Length: 10\r\n\r\n{").encode())
t.check(quick() < 1, "nor do 60 that do not take their answers")
for s in take_nothing + half:
    s.close()

# --- the document -------------------------------------------------------------------------------
first, second = executor.map(lambda _: one.get("/api/case"), range(2))
t.check(first.status == 200 and first.json() == second.json(), "two who ask at once get one answer, made once")
packed = one.get("/api/case", Accept_Encoding="br, gzip")
t.check(packed.head.get("content-encoding") == "gzip" and gzip.decompress(packed.body) == first.body, "packed for who takes that", packed.head)
tag = first.head["etag"]
t.check(re.fullmatch(r'"\w+"', tag) and packed.head["etag"] == tag and "accept-encoding" in packed.head["vary"].lower(), "with the revision as its tag")
same = one.get("/api/case", If_None_Match=tag)
t.check(same.status == 304 and not same.body and guarded(same), "which saves sending it again", same.raw)

# --- decisions and news -------------------------------------------------------------------------
watcher = executor.submit(lambda: (one.get("/api/changes?since=0"), time.time()))
time.sleep(0.3)
t.check(not watcher.done(), "who asks for changes waits")
conflict = one.ask("POST", "/api/decisions", b'{"conflict":1}', known=True)
t.check(conflict.status == 409 and conflict.json()["other"] == 1, "who was slower is told by whom", conflict.raw)
decided = one.ask("POST", "/api/decisions", b'{"kind":"note"}', known=True, Origin=f"http://{one.host}", Sec_Fetch_Site="same-origin")
now = time.time()
t.check(decided.status == 200 and decided.json()["revision"] == 1, "a decision is made", decided.raw)
news, at = watcher.result(10)
t.check(news.json() == {"revision": 1} and at - now < 0.5, "and the other browser hears of it at once", news.raw, at - now)
watcher = executor.submit(lambda: (one.get("/api/changes?since=1"), time.time()))
time.sleep(0.2)
with open(path("one", "decisions"), "a", encoding="utf-8") as f:
    f.write(".")
t.check(watcher.result(5)[0].json() == {"revision": 2}, "also of one that was made elsewhere")
t.equal(one.get("/api/changes?since=7").json(), {"revision": 2}, "who knows another revision is answered at once")
t.check(one.get("/api/case", If_None_Match=tag).json()["revision"] == 2, "the document is made anew then")

# --- records ------------------------------------------------------------------------------------
t.check(one.get("/api/event/abc").json()["process"] != one.process.pid, "a record is read by a process of its own")
all_in(4, "a reader that dies or lies is an error, not an end", *[(x, (a := one.get("/api/event/" + x)).status == want and set(a.json()) == {"error"} and guarded(a), a.raw[:90])
                                                                for x, want in (("crash", 500), ("half", 500), ("lies", 500), ("none", 404))])
all_in(8, "what is no reference", *[(x, (a := one.get("/api/event/" + x)).status == 400, a.raw[:90]) for x in (
    "", "A", "a/b", "a.b", "%61", "a" * 129, "a-b", "a?b"[:1] + "%3a0")])
started = time.time()
codes = list(executor.map(lambda _: one.get("/api/event/slow").status, range(8)))
took = time.time() - started
t.check(codes == [200] * 8 and 3.9 < took < 7.9, "eight slow records: four at a time", codes, took)
with one.connect() as s:
    s.sendall(f"GET /api/event/hang HTTP/1.1\r\n{H}\r\n".encode())
    time.sleep(0.3)
    children = open(f"/proc/{one.process.pid}/task/{one.process.pid}/children").read().split()
time.sleep(0.3)
left = open(f"/proc/{one.process.pid}/task/{one.process.pid}/children").read().split()
t.check(len(children) == 1 and not left, "nobody waits for it any more: the process is ended", children, left)

# --- wrong tokens -------------------------------------------------------------------------------
def token(x):
    return one.ask("POST", "/api/session", json.dumps({"token": x}).encode())


codes = [token("%064x" % i).status for i in range(22)]
t.equal(codes, [401] * 20 + [429] * 2, "after 20 wrong tokens: slow down")
t.check("retry-after" in token("0" * 64).head, "and for how long")
t.equal(token(one.token).status, 200, "who has the right one is not locked out")
all_in(6, "bodies that are no token", *[(x, (a := one.ask("POST", "/api/session", x)).status == 400, a.raw[:90]) for x in (
    b"", b"{}", b"[]", b'{"token":1}', b'{"token":"a","b":1}', b"\xff\x00", b'{"token":"')])

# --- another user -------------------------------------------------------------------------------
def as_nobody():
    """What uid 65534 can do, as lines."""
    code = f"""
import encodings.idna, os, socket
os.setgroups([]); os.setgid(65534); os.setuid(65534)
def ask(target, more=""):
    s = socket.create_connection(("127.0.0.1", {p}))
    s.sendall(("GET " + target + " HTTP/1.1\\r\\nHost: {one.host}\\r\\n" + more + "\\r\\n").encode())
    return s.recv(100).split()[1].decode()
print(ask("/"), ask("/api/case"), ask("/api/case", "Cookie: spoor_{p}=" + "0" * 64 + "\\r\\n"))
for name in ("mem", "environ", "fd/1"):
    try:
        open("/proc/{one.process.pid}/" + name, "rb").read(1); print("read", name)
    except OSError:
        print("refused")
try:
    os.listdir({path("one")!r}); print("listed")
except OSError:
    print("refused")
"""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.split("\n")


if os.getuid() == 0:
    os.chmod(TMP, 0o700)
    t.equal(as_nobody()[:5], ["200 401 401"] + ["refused"] * 4, "another user of this machine gets the empty page and nothing else")
else:
    t.skip("another user of this machine", "needs root")

# --- eight clients at once ----------------------------------------------------------------------
def client(n):
    wrong = []
    for i in range(60):
        target, want = [("/api/event/abc", 200), ("/", 200), ("/api/event/crash", 500), ("/api/search?q=%d" % i, 200), ("/nothing", 404),
                        ("/api/decisions", 200), ("/api/case", 200), ("/app.js", 200)][(i + n) % 8]
        if (got := one.get(target).status) != want:
            wrong.append((target, got))
        if i % 10 == 0:  # gone before the answer
            with one.connect() as s:
                s.sendall(f"GET /api/changes?since=2 HTTP/1.1\r\n{H}\r\n".encode())
    return wrong


def descriptors():
    return len(os.listdir(f"/proc/{one.process.pid}/fd"))


idle = descriptors()
started = time.time()
wrong = sum(executor.map(client, range(8)), [])
t.check(not wrong, "8 clients, 480 requests", wrong[:10])
print("# 480 requests of 8 clients: %.2f s" % (time.time() - started))
time.sleep(1.5)
t.check(descriptors() <= idle, "no descriptor is left behind", idle, descriptors())
t.check(not open(f"/proc/{one.process.pid}/task/{one.process.pid}/children").read().split(), "and no process")

# --- what takes its time ------------------------------------------------------------------------
began, a, ended = late_head.result(30)
t.check(a.status == 408 and 4 < ended - began < 8, "a head that does not come: 5 s", a.raw[:80], ended - began)
began, a, ended = hanging.result(30)
t.check(a.status == 504 and 9 < ended - began < 14, "a record that is never read: 10 s", a.raw[:80], ended - began)
a, at = full_watch.result(40)
t.check(a.json() == {"revision": 0} and 23 < at - watch_start < 30, "no news: 25 s", a.raw, at - watch_start)
waiting = executor.submit(lambda: other.get("/api/changes?since=0"))
time.sleep(0.2)
t.equal(other.end(), 0, "it ends at once, whoever is waiting")
waiting.result(10)
idle_cpu = sum(int(x) for x in open(f"/proc/{one.process.pid}/stat").read().rsplit(")", 1)[1].split()[11:13])
time.sleep(1)
t.check(sum(int(x) for x in open(f"/proc/{one.process.pid}/stat").read().rsplit(")", 1)[1].split()[11:13]) - idle_cpu <= 2, "an idle server uses no processor")
t.equal(one.end(), 0, "and cleanly: no leak, no error")

# --- a real case --------------------------------------------------------------------------------
logs = evidence()
made = spoor("investigate", logs, "-r", rules(), "-o", path("case"))
t.check(made.returncode in (0, 3), "investigate makes a case", made)


def hashes(folder):
    return {n: hashlib.sha256(open(os.path.join(folder, n), "rb").read()).hexdigest() for n in sorted(os.listdir(folder))}


before = hashes(logs), hashes(path("case"))
real = Server(SPOOR, "serve", path("case"))
t.check(real.port, "spoor serve prints its address", real.errors)
t.equal(listening(real), [("tcp", "0100007F:%04X" % real.port)], "on 127.0.0.1 only")
t.equal([real.ask("GET", x).status for x in ("/", "/api/case", "/api/search?q=e")], [200, 401, 401], "nothing but the page is open")
real.log_in()
case = real.get("/api/case").json()
whole = json.load(open(path("case", "case.json"), encoding="utf-8"))
t.check(case["schema"] == whole["schema"] and case["totals"] == whole["totals"] and case["findings"], "the document is the case")
refs = sorted({r for f in case["findings"] for r in f["refs"]})[:40]
children, stop = set(), threading.Event()


def look_at_children():
    while not stop.is_set():
        try:
            for pid in open(f"/proc/{real.process.pid}/task/{real.process.pid}/children").read().split():
                for line in open(f"/proc/{pid}/status"):
                    if line.startswith("Seccomp:"):
                        children.add(line.split()[1])
        except OSError:
            pass


looker = threading.Thread(target=look_at_children)
looker.start()
records = [a.json() for a in executor.map(lambda r: real.get("/api/event/" + r), refs * 3)][:len(refs)]
stop.set()
looker.join()
t.check("2" in children, "readers of records run in a sandbox", children)
facts = []
for r, x in zip(refs, records):
    shown = json.loads(spoor("show", path("case"), r, "--json").stdout) if r in refs[:5] else None
    facts.append((r, x["verified"] and x["sha256"] == r.split(":")[0] and f"{x['offset']}:{x['record']}" == r.split(":", 1)[1]
                  and (shown is None or json.loads(x["json"]) == shown), x.get("path")))
all_in(5, "records are those that show gives", *facts)
x = records[0]
content = open(x["path"], "rb").read()
t.equal(__import__("base64").b64decode(x["hex"]), content[x["offset"]:x["offset"] + x["length"]], "down to their bytes")
near = [n for x in records for n in x["neighbours"]]
t.check(near and all(real.get("/api/event/" + n).status == 200 for n in near[:6]), "their neighbours can be opened, too", near[:6])
all_in(5, "references to nothing", *[(r, (a := real.get("/api/event/" + r)).status in (400, 404) and set(a.json()) == {"error"}, a.raw[-90:]) for r in (
    "0" * 64 + ":0:0", refs[0] + "9", refs[0].split(":")[0] + ":1:1", "x", "item0:0:0:0", refs[0].split(":")[0])])
found = real.get("/api/search?q=%s" % case["findings"][0]["title"].lower().replace(" ", "+")).json()
t.check(found["rows"] and all(r["ref"] in whole_refs for whole_refs in [{r for f in case["findings"] for r in f["refs"]}] for r in found["rows"]),
        "findings are found, in any case of letters", found)
pages, after = [], ""
while True:
    part = real.get("/api/search?q=e&limit=7&after=" + after).json()
    pages += part["rows"]
    after = part["next"]
    if not after or len(part["rows"]) > 7:
        break
at_once = real.get("/api/search?q=e").json()
t.check(len(pages) > 7 and pages[:200] == at_once["rows"] and (len(pages) >= 200 or len(pages) == len(at_once["rows"])), "in pieces of seven as in one", len(pages), len(at_once["rows"]))
t.equal(real.get("/api/search?q=no-such-thing-anywhere").json()["rows"], [], "what is not there is not found")
t.equal([real.get("/api/search?q=e&after=" + x).status for x in ("x", "fact:", "fact:-1", "fact:99999999999999999999")], [400] * 4, "pieces go on where one ended only")
t.equal(hashes(logs), before[0], "the evidence is as it was")
t.equal(hashes(path("case")), before[1], "and so is the case")
modes = {n: os.stat(path("case", n)).st_mode & 0o777 for n in os.listdir(path("case"))}
t.check(os.stat(path("case")).st_mode & 0o777 == 0o700 and set(modes.values()) == {0o600}, "for its owner only", modes)
t.equal((real.get("/api/decisions").json(), real.get("/api/changes?since=5").json()), ({"revision": 0, "decisions": []}, {"revision": 0}), "nothing was decided yet")

# --- decisions ----------------------------------------------------------------------------------
host = case["hosts"][0]["name"]


def decide(who, target, value, expect, **more):
    body = {"kind": "host", "target": target, "value": value, "reason": "seen", "who": who, "expect": expect}
    return real.ask("POST", "/api/decisions", json.dumps(body).encode(), known=True, **{"Origin": f"http://{real.host}", "Sec_Fetch_Site": "same-origin", **more})


t.check(decide("eve", host, "cleared", 0, X_Spoor_Token=None).status == 403 and decide("eve", host, "cleared", 0, Cookie=None).status == 401
        and not os.path.exists(path("case", "decisions.jsonl")), "nobody decides without both secrets")
watcher = executor.submit(lambda: (real.get("/api/changes?since=0"), time.time()))
time.sleep(0.2)
tag = real.get("/api/case").head["etag"]
codes = sorted(a.status for a in executor.map(lambda who: decide(who, host, "notified", 0), ("anna", "ben", "cleo")))
t.equal(codes, [200, 409, 409], "of three who decide about the same, two are told")
t.equal(watcher.result(10)[0].json(), {"revision": 1}, "and who watches hears of it")
a = real.get("/api/case", If_None_Match=tag)
t.check(a.status == 200 and [d["n"] for d in a.json()["decisions"]] == [1], "the story is told anew", a.raw[:80])
late = decide("ben", host, "cleared", 0)
t.check(late.status == 409 and "somebody decided" in late.json()["error"], "whoever has not seen the other's decision is told so", late.raw)
a = decide("ben", host, "cleared", 1)
t.check(a.status == 200 and a.json()["revision"] == 2 and isinstance(a.json()["changes"], list), "and may decide then", a.raw)
all_in(5, "what is no decision", *[(repr(x), (a := real.ask("POST", "/api/decisions", x, known=True)).status == 400 and set(a.json()) == {"error"}, a.raw[-90:]) for x in (
    b"", b"[1,2", b"[]", b"{}", b'{"kind":"guilt"}', b'{"kind":"host","target":"no such host","value":"cleared"}',
    json.dumps({"kind": "host", "target": host, "value": "guilty"}).encode(), b"\xff" * 100)])
t.equal([d["value"] for d in real.get("/api/decisions").json()["decisions"]], ["notified", "cleared"], "all are kept, in order")
elsewhere = executor.submit(lambda: real.get("/api/changes?since=2"))
time.sleep(0.2)
marked = spoor("mark", path("case"), "host", host, "none", "--reason", "a mistake", "--by", "cleo")
t.check(marked.returncode == 0 and elsewhere.result(10).json() == {"revision": 3}, "what mark decides arrives, too", marked, elsewhere.result().raw)
t.check(spoor("mark", path("case"), "--list").returncode == 0, "the trail is whole")
t.equal(os.stat(path("case", "decisions.jsonl")).st_mode & 0o777, 0o600, "and for its owner only")
with real.connect() as s:  # the end comes while a decision is made
    body = json.dumps({"kind": "note", "target": host, "reason": "last", "who": "anna"}).encode()
    s.sendall(f"POST /api/decisions HTTP/1.1\r\nHost: {real.host}\r\nCookie: {real.cookie}\r\nX-Spoor-Token: {real.csrf}\r\n"
              f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
    time.sleep(0.05)
    port = real.port
    t.equal(real.end(), 0, "it may be ended while a decision is made")
real = Server(SPOOR, "serve", path("case"), "--port", str(port))
t.equal(real.port, port, "the port can be chosen")
old = real.ask("GET", "/api/case", Cookie=f"spoor_{port}=" + "0" * 64).status
real.log_in()
t.check(old == 401 and [d["n"] for d in real.get("/api/decisions").json()["decisions"]] == [1, 2, 3, 4], "decisions survive, cookies do not")
t.check(spoor("mark", path("case"), "--list").returncode == 0, "the trail is whole still")

# --- changed evidence, wrong usage --------------------------------------------------------------
with open(x["path"], "r+b") as f:
    f.seek(x["offset"] + 40)
    f.write(bytes([content[x["offset"] + 40] ^ 1]))
a = real.get("/api/event/" + refs[0])
t.check(a.status == 500 and os.path.basename(x["path"]).encode() not in a.body and b"SHA-256" not in a.body, "changed evidence is not shown, and the answer holds none of it", a.raw)
with open(x["path"], "wb") as f:
    f.write(content)
taken = subprocess.run([SPOOR, "serve", path("case"), "--port", str(real.port)], capture_output=True, timeout=20)
t.check(taken.returncode == 2 and not taken.stdout and str(real.port).encode() in taken.stderr, "a port that is taken", taken)
for args, want in ((["serve"], 1), (["serve", logs], 2), (["serve", path("case"), "--port", "70000"], 1), (["serve", path("case"), "--port", "x"], 1),
                   (["serve", path("nothing")], 2)):
    run = subprocess.run([SPOOR, *args], capture_output=True, timeout=20)
    t.check(run.returncode == want and not run.stdout, " ".join(map(str, args)).replace(TMP, "") + " is refused", run)
t.equal(real.end(signal.SIGINT), 0, "Ctrl-C ends it")
t.check(not any("ERROR:" in x or "runtime error" in x for s in (one, other, real) for x in s.errors if "abort" not in x.lower()), "nothing was said of defects",
        *[x for s in (one, other, real) for x in s.errors][:20])
os.chmod(path("case"), 0o755)
open_case = Server(SPOOR, "serve", path("case"))
time.sleep(0.2)
t.check(any("chmod 700" in x for x in open_case.errors), "a case that others can read is told", open_case.errors)
open_case.end()
os.chmod(path("case"), 0o700)

# --- the desk ------------------------------------------------------------------------------------
registry = path("desk.db")
for words in (["init"], ["incident", "add", "title=one", "type=phishing"]):
    run = subprocess.run([SPOOR, "desk", "-d", registry, *words], capture_output=True, timeout=20)
    t.check(run.returncode == 0, f"desk {words[0]}", run)
desk = Server(SPOOR, "serve", path("case"), "--desk", registry)
t.check(desk.log_in().json()["desk"] is True, "the page is told that there is a desk")
rows = desk.get("/api/desk/incidents").json()
t.check(len(rows) == 1 and rows[0]["title"] == "one", "the desk's incidents are sent", rows)


def act(verb, *words):
    return desk.ask("POST", "/api/desk", json.dumps({"verb": verb, "words": words}).encode(), known=True)


t.equal(act("incident set", rows[0]["id"], "status=handled").status, 200, "an incident is changed")
t.equal(desk.get("/api/desk/incidents").json()[0]["status"], "handled", "and is so afterwards")
trail = subprocess.run([SPOOR, "desk", "-d", registry, "trail"], capture_output=True, timeout=20)
t.check(b"incident.set" in trail.stdout, "with its trail", trail)
for verb, words, what in (("notices send", ["--send"], "mails are not sent from a browser"), ("init", [], "no other verb"),
                          ("incident set", ["--db", "/etc/passwd"], "a word is no option"), ("incident set", [rows[0]["id"], "status=guilty"], "a value that is none"),
                          ("incident set", ["x"] * 100, "too many words"), ("incident set", [1, 2], "numbers")):
    a = act(verb, *words)
    t.check(a.status == 400 and "error" in a.json(), f"{what}: refused", a.raw)
for what in ("trail", "../incidents", "notices/-x", "notices/..", "bulletin/2024-W50;x", "bulletin/--db", ""):
    t.check(desk.get("/api/desk/" + what).status in (400, 404), f"/api/desk/{what}: nothing there")
t.equal(desk.get("/api/desk/bulletin/2024-W50").json()["week"], "2024-W50", "the bulletin of a week")
t.equal(desk.end(), 0, "the server of a desk ends")
run = subprocess.run([SPOOR, "serve", path("case"), "--desk", path("no.db")], capture_output=True, timeout=20)
t.check(run.returncode == 2 and run.stderr, "a registry that is not there is told", run)
t.done()
