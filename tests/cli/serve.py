"""spoor serve: the matrix of threats in docs/serve.md, from raw sockets, on loopback only."""
import json
import os
import re
import signal
import socket
import stat
import subprocess
import threading
import time

from cli import RANGE, SPOOR, path, spoor
from tap import SOURCE, Tap, skip_all

t = Tap()
made = subprocess.run([RANGE, "b", "--hosts", "12", "--days", "8", "-o", path("made")], capture_output=True)
case = path("case")
run = spoor("investigate", path("made", "evidence"), "-r", os.path.join(SOURCE, "rules"), "-o", case)
t.check(run.returncode in (0, 3), "there is a case", run.stderr)


class Server:
    def __init__(self, *args):
        self.p = subprocess.Popen([SPOOR, "serve", case, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.url = self.p.stdout.readline().strip()
        found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/#t=([0-9a-f]{64})", self.url)
        if not found:
            err = self.p.stderr.read()
            if "without the page" in err:
                skip_all("built without the page")
            raise SystemExit(f"no address: {self.url!r} {err}")
        self.port, self.token = int(found[1]), found[2]

    def raw(self, data, timeout=20):
        """What comes back for these bytes: (status, head, body); (0, b"", b"") if the connection just ends."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as s:
            try:
                s.sendall(data)
            except (BrokenPipeError, ConnectionResetError):
                pass
            got = b""
            try:
                while True:
                    part = s.recv(65536)
                    if not part:
                        break
                    got += part
            except (ConnectionResetError, socket.timeout):
                pass
        head, _, body = got.partition(b"\r\n\r\n")
        return (int(head.split(b" ")[1]) if head.startswith(b"HTTP/1.1 ") else 0), head, body

    def ask(self, method, target, headers=None, body=b"", host=None):
        lines = [f"{method} {target} HTTP/1.1", f"Host: {host or f'127.0.0.1:{self.port}'}"]
        lines += [f"{k}: {v}" for k, v in (headers or {}).items()]
        if body or method == "POST":
            lines.append(f"Content-Length: {len(body)}")
        return self.raw("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def login(self):
        status, head, body = self.ask("POST", "/api/session", {}, json.dumps({"token": self.token}).encode())
        cookie = re.search(rb"Set-Cookie: ([^;]+);([^\r]*)", head)
        return {"Cookie": cookie[1].decode()}, json.loads(body)["csrf"], cookie[2].decode()

    def end(self, how=signal.SIGTERM):
        self.p.send_signal(how)
        return self.p.wait(20)


s = Server()
cookie, csrf, attributes = s.login()
P = s.port
t.check("HttpOnly" in attributes and "SameSite=Strict" in attributes, "the cookie is HttpOnly and SameSite=Strict", attributes)
ref = json.load(open(os.path.join(case, "case.json")))["incident"]["entry"][0]["refs"][0]

# --- who may ask
HOSTS = ["evil.example", f"evil.example:{P}", "127.0.0.1", "localhost", f"127.0.0.1:{P + 1}", f"127.0.0.1.:{P}", f"localhost.:{P}", f"user@127.0.0.1:{P}",
         f"127.0.0.1:{P}@evil.example", f"127.0.0.1:{P}.evil.example", f"[::1%eth0]:{P}", f"[::]:{P}", f"0.0.0.0:{P}", f"127.1:{P}", f"127.0.0.2:{P}",
         f"2130706433:{P}", f"0x7f000001:{P}", f"0177.0.0.1:{P}", f"LOCALHOST:{P}x", f"localhost:{P}/", f"localhost:{P}?", f"localhost:0{P}",
         f"localhost: {P}", f"local host:{P}", f"localhost:+{P}", f"localhost:{P},evil", f"xn--localhost:{P}", f"ｌocalhost:{P}", f"localhost\t:{P}", "",
         ":", f":{P}", "*", f"127.0.0.1:{P}\x00", f"::1:{P}", f"[::1]{P}", f"[0:0:0:0:0:0:0:1]:{P}", f"[::ffff:127.0.0.1]:{P}", f"http://127.0.0.1:{P}", f"127.0.0.1:{P}#"]
bad = [h for h in HOSTS if s.ask("GET", "/", {}, host=h or " ")[0] not in (400, 421)]
t.check(len(HOSTS) == 40 and not bad, "40 hostile Host values are refused", bad)
for extra, what in ((f"Host: 127.0.0.1:{P}\r\nHost: evil.example", "two Host lines"), (f"Host: 127.0.0.1:{P}\r\nhost: 127.0.0.1:{P}", "twice the right one"), ("X: y", "no Host")):
    t.check(s.raw(f"GET / HTTP/1.1\r\n{extra}\r\n\r\n".encode())[0] == 400, f"{what}: refused")
t.check(s.raw(f"GET http://127.0.0.1:{P}/ HTTP/1.1\r\nHost: 127.0.0.1:{P}\r\n\r\n".encode())[0] == 400, "absolute form: refused")
for host in (f"127.0.0.1:{P}", f"localhost:{P}", f"[::1]:{P}"):
    t.check(s.ask("GET", "/", {}, host=host)[0] == 200, f"{host.split(':')[0]} is answered")

# --- every route that the program has, without what it needs
routes = re.findall(r'\{ "(GET|POST)", "(/api/[a-z/]+)", (NEEDS_\w+), \w+ \}', open(os.path.join(SOURCE, "src/serve/routes.c")).read())
t.check(len(routes) >= 7, "the table of routes is read", routes)
other = Server()
other_cookie, other_csrf, _ = other.login()
for method, route, needs in routes:
    url = route + (ref if route.endswith("/") else "") + ("?q=exe" if route.endswith("search") else "")
    body = b'{"kind":"host","target":"x","value":"cleared","reason":"y"}' if method == "POST" else b""
    full = {**cookie, "X-Spoor-Token": csrf}
    tries = {
        "no token": {}, "a wrong cookie": {"Cookie": f"spoor_{P}={'0' * 64}"}, "another run's cookie": {"Cookie": other_cookie["Cookie"].replace(str(other.port), str(P))},
        "Origin evil": {**full, "Origin": "http://evil.example"}, "Origin null": {**full, "Origin": "null"}, "https origin": {**full, "Origin": f"https://127.0.0.1:{P}"},
        "cross-site": {**full, "Sec-Fetch-Site": "cross-site"}, "same-site": {**full, "Sec-Fetch-Site": "same-site"},
    }
    if needs == "NEEDS_BOTH":
        tries |= {"no header token": dict(cookie), "a wrong header token": {**cookie, "X-Spoor-Token": "0" * 64}, "another run's header token": {**cookie, "X-Spoor-Token": other_csrf}}
    wrong = {w: got for w, h in tries.items() if (got := s.ask(method, url, h, body)[0]) not in (401, 403) and not (needs == "NEEDS_TOKEN" and got == 400)}
    t.check(not wrong, f"{method} {route} without what it needs: 401 or 403", wrong)
    swapped = s.ask("POST" if method == "GET" else "PUT", url, full)[0]
    t.check(swapped in (400, 403, 405), f"{method} {route} with another method: refused", swapped)
t.check(s.ask("GET", "/api/decisions", {**cookie, "X-Spoor-Token": csrf})[0] == 405, "GET where something would change: refused")
other.end()
unknown = ["/api", "/api/", "/api/cases", "/api/case/", "/admin", "/index.html", "/app.js/", "/favicon.ico"]
t.check(all(s.ask("GET", u, cookie)[0] == 404 for u in unknown), "there is nothing else", [s.ask("GET", u, cookie)[0] for u in unknown])

# --- files: evidence has no paths here
climb = ["../", "..%2f", "%2e%2e/", "%2e%2e%2f", "%252e%252e%252f", "..;/", "..\\", "..%5c", "%2e%2e%5c", "....//", "..%c0%af", "..%00/", "..%u2215", "/", "//"]
names = ["etc/passwd", "case.db", "proc/self/environ", "%00"]
strings = [c * 4 + n for c in climb for n in names]
leaked = [u for u in strings for at in ("/", "/api/event/")
          if (got := s.ask("GET", at + u, cookie))[0] not in (0, 400, 404) or b"root:" in got[2] or b"SQLite" in got[2]]
t.check(len(strings) == 60 and not leaked, "60 ways to climb out lead nowhere", leaked[:5])

# --- requests that two readers would understand differently
H = f"Host: 127.0.0.1:{P}\r\n".encode()
SMUGGLED = [
    b"POST / HTTP/1.1\r\n" + H + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX",
    b"POST / HTTP/1.1\r\n" + H + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\n" + H + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\n" + H + b"Transfer-Encoding: identity\r\n\r\n",
    b"POST / HTTP/1.1\r\n" + H + b"transfer-encoding:\tchunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\n" + H + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\n" + H + b"Content-Length: 0\r\nContent-Length: 0\r\n\r\n",
    b"POST / HTTP/1.1\r\n" + H + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    b"POST / HTTP/1.1\r\n" + H + b"Content-Length: +1\r\n\r\na",
    b"POST / HTTP/1.1\r\n" + H + b"Content-Length: -1\r\n\r\n",
    b"POST / HTTP/1.1\r\n" + H + b"Content-Length: 0x1\r\n\r\na",
    b"POST / HTTP/1.1\r\n" + H + b"Content-Length: 1,1\r\n\r\na",
    b"POST / HTTP/1.1\r\n" + H + b"Content-Length: 99999999999999999999\r\n\r\n",
    b"POST / HTTP/1.1\r\n" + H + b"Content-Length:\r\n\r\n",
    b"GET / HTTP/1.1\n" + H + b"\r\n",
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\n\r\n\r\n" % P,
    b"GET / HTTP/1.1\r\n" + H + b"X: a\r\n b\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + H + b"X: a\r\n\tb\r\n\r\n",
    b"GET / HTTP/1.1\r\n " + H + b"\r\n",
    b"GET / HTTP/1.1\r\n" + H + b"X\x00: a\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + H + b"X: a\rb\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + H + b"no colon\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + H + b": empty\r\n\r\n",
    b"GET  / HTTP/1.1\r\n" + H + b"\r\n",
    b"GET / HTTP/1.0\r\n" + H + b"\r\n",
    b"GET / HTTP/2.0\r\n" + H + b"\r\n",
    b"GET /\r\n\r\n",
    b"GET / HTTP/1.1 x\r\n" + H + b"\r\n",
    b"CONNECT 127.0.0.1:22 HTTP/1.1\r\n" + H + b"\r\n",
    b"GET //evil.example/ HTTP/1.1\r\n" + H + b"\r\n",
]
passed = [r for r in SMUGGLED if s.raw(r, timeout=3)[0] not in (400, 405, 413, 421, 505)]
t.check(len(SMUGGLED) == 30 and not passed, "30 ambiguous requests are refused", passed)
first = s.raw(b"GET / HTTP/1.1\r\n" + H + b"\r\nGET /api/case HTTP/1.1\r\n" + H + f"Cookie: {cookie['Cookie']}\r\n\r\n".encode())
t.check(first[0] == 200 and first[2].count(b"HTTP/1.1") == 0, "what comes behind a request is not answered", first[2][:80])
t.check(s.raw(b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\n" + H + b"\r\n")[0] == 431, "a head of more than 16 KiB is refused")
t.check(s.ask("POST", "/api/session", {"Content-Type": "application/json"}, b"x" * (1 << 20))[0] == 400, "a body of 1 MiB is read")
t.check(s.raw(b"POST /api/session HTTP/1.1\r\n" + H + b"Content-Length: 1048577\r\n\r\n")[0] == 413, "a larger one is not")

# --- what is sent
for url in ("/", "/app.js", "/app.css", "/api/case", "/nothing"):
    status, head, body = s.ask("GET", url, cookie)
    want = [b"default-src 'none'", b"frame-ancestors 'none'", b"X-Content-Type-Options: nosniff", b"Referrer-Policy: no-referrer", b"Cross-Origin-Resource-Policy: same-origin"]
    t.check(all(w in head for w in want) and b"Access-Control" not in head and b"unsafe" not in head, f"{url} has the headers of its safety", head)
status, head, body = s.ask("GET", "/api/case", cookie)
t.check(status == 200 and b"no-store" in head and json.loads(body)["incident"]["incidents"] >= 1, "the case is sent, and kept nowhere", head)
status, head, body = s.ask("GET", "/api/event/" + ref, cookie)
t.check(status == 200 and json.loads(body)["verified"] and json.loads(body)["fields"], "an event is read from the evidence", body[:300])
t.check(s.ask("GET", "/api/event/" + "0" * 64 + ":1:1", cookie)[0] == 404, "one that is not there: 404")
status, head, body = s.ask("GET", "/api/search?q=w3wp", cookie)
t.check(status == 200 and json.loads(body)["rows"], "search finds in all facts", body[:200])
t.check(all(s.ask("GET", "/api/search?q=" + q, cookie)[0] == 200 for q in ("%25%25%25", "___", "%27%22--", "a%5cb%5c")), "marks of SQL mean nothing")
t.check(json.loads(s.ask("GET", "/api/search?q=%25%25%25", cookie)[2])["rows"] == [], "a percent sign is a percent sign")

# --- slow clients
slow = [socket.create_connection(("127.0.0.1", P)) for _ in range(40)]
for i, c in enumerate(slow):
    c.sendall(b"GET / HTTP/1.1\r\nHost: 127"[: 5 + i % 20])
t0 = time.monotonic()
t.check(s.ask("GET", "/", {})[0] == 200 and time.monotonic() - t0 < 2, "40 clients that send nothing more hold nobody up")
got = b""
slow[0].settimeout(12)
try:
    got = slow[0].recv(200)
except socket.timeout:
    pass
t.check(got.startswith(b"HTTP/1.1 408") and time.monotonic() - t0 < 11, "after 5 seconds their connection ends", got)
for c in slow:
    c.close()
many = [socket.create_connection(("127.0.0.1", P)) for _ in range(64)]
time.sleep(0.5)
over = s.ask("GET", "/", {})[0]
t.check(over == 503, "the 65th connection is told to come later", over)
for c in many:
    c.close()
time.sleep(0.5)
t.check(s.ask("GET", "/", {})[0] == 200, "and then there is room again")

# --- many at once
answers = []


def client(n):
    for k in range(6):
        answers.append(s.ask("GET", ("/api/case", "/api/search?q=cmd", "/api/event/" + ref, "/")[(n + k) % 4], cookie)[0])


threads = [threading.Thread(target=client, args=(n,)) for n in range(8)]
for x in threads:
    x.start()
for x in threads:
    x.join()
t.check(answers == [200] * 48, "48 requests of 8 clients at once are answered", answers)

# --- decisions of two at once: nothing is lost
hosts = [h["name"] for h in json.loads(s.ask("GET", "/api/case", cookie)[2])["hosts"]][:4]
full = {**cookie, "X-Spoor-Token": csrf, "Origin": f"http://127.0.0.1:{P}"}


def decide(who, host, value, expect):
    body = json.dumps({"kind": "host", "target": host, "value": value, "reason": "seen", "who": who, "expect": expect}).encode()
    return s.ask("POST", "/api/decisions", full, body)


results = []
threads = [threading.Thread(target=lambda w=w, h=h: results.append(decide(w, h, "notified", 0)[0])) for w in ("anna", "ben") for h in hosts]
for x in threads:
    x.start()
for x in threads:
    x.join()
t.check(sorted(results) == [200] * 4 + [409] * 4, "of two who decide about the same, the second is told", results)
told = json.loads(s.ask("GET", "/api/case", cookie)[2])["decisions"]
t.check(len(told) == 4 and [d["n"] for d in told] == [1, 2, 3, 4], "each decision is kept once", told)
status, _, body = decide("anna", hosts[0], "guilty", 1)
t.check(status == 400 and b"error" in body, "what is no decision is refused", body)
t.check(s.ask("POST", "/api/decisions", full, b"[1,2")[0] == 400, "and what is no JSON")

# --- on this machine
listening = [line.split() for name in ("tcp", "tcp6") for line in open(f"/proc/net/{name}") if f":{P:04X} " in line and line.split()[3] == "0A"]
t.check([x[1] for x in listening] == [f"0100007F:{P:04X}"], "it listens on 127.0.0.1 only", listening)
t.check(stat.S_IMODE(os.stat(case).st_mode) == 0o700 and stat.S_IMODE(os.stat(os.path.join(case, "decisions.jsonl")).st_mode) == 0o600,
        "others cannot read the case")
if os.getuid() == 0:
    probe = f"import socket;c=socket.create_connection(('127.0.0.1',{P}));c.sendall(b'GET /api/case HTTP/1.1\\r\\nHost: 127.0.0.1:{P}\\r\\n\\r\\n');print(c.recv(12).decode())"
    nobody = subprocess.run(["python3", "-c", probe], capture_output=True, text=True, user=65534, group=65534, extra_groups=[], env={"PATH": os.environ["PATH"]}, cwd="/")
    if nobody.returncode == 0:
        t.check("401" in nobody.stdout, "another user of this machine gets nothing", nobody.stdout)
    else:
        t.skip("another user of this machine gets nothing", "python cannot run as nobody here")
else:
    t.skip("another user of this machine gets nothing", "needs root")

# --- tokens
for _ in range(20):
    s.ask("POST", "/api/session", {}, b'{"token":"%s"}' % (b"0" * 64))
t.check(s.ask("POST", "/api/session", {}, json.dumps({"token": s.token}).encode())[0] == 429, "after 20 wrong tokens nobody new is let in")
t.check(s.ask("GET", "/api/case", cookie)[0] == 200, "who is in stays in")

# --- the end: a decision survives it
t.check(s.end() == 0, "SIGTERM ends it")
s = Server("--port", str(P))
t.check(s.port == P, "the port can be chosen")
cookie2, _, _ = s.login()
t.check(s.ask("GET", "/api/case", cookie)[0] == 401, "a cookie of an earlier run is worth nothing")
again = json.loads(s.ask("GET", "/api/case", cookie2)[2])
t.check(again["decisions"] == told, "decisions survive a restart")
t.check(s.end(signal.SIGINT) == 0, "SIGINT ends it")
t.check(spoor("serve", path("nowhere")).returncode == 2 and spoor("serve", case, "--port", "99999").returncode == 1, "mistakes are told")
t.done()
