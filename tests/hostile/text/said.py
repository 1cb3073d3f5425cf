#!/usr/bin/env python3
"""Times that are hard to read (family 42) and lines that others write into logs (43): said.py SPOOR. Prints TAP.

Each case is a file with one verdict: the times of its events, or the events that it holds and what none of them may be."""
import calendar
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from tap import Tap

SPOOR = sys.argv[1]
FORGED = "Jan  1 00:00:00 srv sshd[1]: Accepted password for root from 198.51.100.7 port 4 ssh2"
W3C = "#Software: Microsoft Internet Information Services 10.0\n#Fields: date time cs-method cs-uri-stem c-ip cs(User-Agent) sc-status\n"
EXCHANGE = "#Software: Microsoft Exchange Server\n#Log-type: HttpProxy Logs\n#Fields: DateTime,RequestId,UserAgent,BackEndStatus\n"
ACCESS = '192.0.2.7 - - [18/Apr/2024:10:13:58 +0000] "GET / HTTP/1.1" 200 1 "-" "%s"\n'
FORTI = 'date=2024-04-18 time=02:14:07 devname="FG1" devid="F" eventtime=%s logid="0000000013" type="traffic" srcip=10.0.0.1 dstip=10.0.0.2\n'
DNS = "4/18/2024 %s 0FE0 PACKET  000002C53117D990 UDP Rcv 10.7.12.41      8a21   Q [0001   D   NOERROR] A      (3)www(7)example(0)\n"
NOW = (2024, 6, 1)  # when the file was written last


def lines(*texts):
    return "".join(t + "\n" for t in texts)


def iso(*times):
    return lines(*(t + " srv app[1]: x" for t in times))


GOOD = "2024-04-18T02:14:07Z"


def among(*bad):
    """Bad lines, each with good ones around it: what is mostly bad is no log."""
    good = iso(GOOD, GOOD, GOOD)
    return good + "".join(line + "\n" + good for line in bad)


# what, content, written on, options, time of each event, records lost
TIMES = [
    ("no year, over New Year", lines("Dec 31 23:59:59 srv app[1]: x", "Jan  1 00:00:01 srv app[1]: y"), (2024, 1, 2), [],
     ["2023-12-31T23:59:59Z", "2024-01-01T00:00:01Z"], 0),
    ("29 February without a year", "Feb 29 01:00:00 srv app[1]: x\n", (2023, 6, 1), [], ["2020-02-29T01:00:00Z"], 0),
    ("29 February of a common year", among("2023-02-29T01:00:00Z srv app[1]: x"), NOW, [], [GOOD] * 6, 1),
    ("a leap second", iso("2016-12-31T23:59:60Z"), NOW, [], ["2017-01-01T00:00:00Z"], 0),
    ("an hour that comes twice", iso("2024-10-27T00:59:59", "2024-10-27T02:30:00", "2024-10-27T03:00:00"), (2024, 12, 1),
     ["--tz", "Europe/Berlin"], ["2024-10-26T22:59:59Z", "2024-10-27T00:30:00Z", "2024-10-27T02:00:00Z"], 0),
    ("an hour that does not come", iso("2024-03-31T01:59:59", "2024-03-31T03:00:00"), NOW, ["--tz", "Europe/Berlin"],
     ["2024-03-31T00:59:59Z", "2024-03-31T01:00:00Z"], 0),
    ("+14:00 and -12:00", iso("2024-01-01T01:00:00+14:00", "2023-12-31T23:00:00-12:00"), NOW, [],
     ["2023-12-31T11:00:00Z", "2024-01-01T11:00:00Z"], 0),
    ("seconds, milli-, micro- and nanoseconds", "".join(FORTI % ("1713406447" + "0" * n) for n in (0, 3, 6, 9)), NOW, [],
     ["2024-04-18T02:14:07Z"] * 4, 0),
    ("the years 1970 and 2262", iso("1970-01-01T00:00:01Z", "2262-01-01T00:00:00Z"), NOW, [],
     ["1970-01-01T00:00:01Z", "2262-01-01T00:00:00Z"], 0),
    ("years that no clock of ours has", among("1601-01-01T00:00:00Z srv app[1]: x", "9999-12-31T23:59:59Z srv app[1]: x"), NOW, [],
     [GOOD] * 9, 2),
    ("12 AM and 12 PM", DNS % "12:00:01 AM" + DNS % "12:00:01 PM" + DNS % "1:00:01 PM", NOW, [],
     ["2024-04-18T00:00:01Z", "2024-04-18T12:00:01Z", "2024-04-18T13:00:01Z"], 0),
    ("a month in another language", among("Mai 18 10:14:13 srv app[1]: x"), NOW, [], [GOOD] * 6, 1),
    ("minute 60, hour 24, day 0", among("Apr 18 10:60:13 srv app[1]: x", "Apr 18 24:00:00 srv app[1]: x", "Apr  0 10:14:13 srv app[1]: x"),
     NOW, [], [GOOD] * 12, 3),
]
# what, content, events; none of them may be a login
INJECTED = [
    ("JSON", json.dumps({"_path": "http", "ts": 1713406447.5, "uid": "C1", "user_agent": "x\r\n" + FORGED}) + "\n", 1),
    ("Zeek's own form", "#separator \\x09\n#path\thttp\n#fields\tts\tuser_agent\n#types\ttime\tstring\n1713406447.5\tx\\x0d\\x0a%s\n" % FORGED, 1),
    ("W3C, a CR alone", W3C.replace("\n", "\r\n") + "2024-04-18 02:14:07 GET / ::1 x\r%s 200\r\n" % FORGED.replace(" ", "+"), 1),
    ("W3C, a line end", W3C + "2024-04-18 02:14:07 GET / ::1 y 200\n2024-04-18 02:14:07 GET / ::1 x\n" + FORGED + " 200\n", 1),
    ("Exchange, a line end in quotes", EXCHANGE + '2024-04-18T02:14:07.000Z,1,"x\r\n%s",200\r\n' % FORGED, 1),
    ("Apache escapes it", ACCESS % ("x\\r\\n" + FORGED), 1),
    ("nginx escapes it", ACCESS % ("x\\x0D\\x0A" + FORGED), 1),
    ("PAN-OS, a field in quotes", '1,2024/04/18 10:14:12,0011C1,THREAT,url,2561,2024/04/18 10:14:12,10.7.12.41,203.0.113.140,,,out,,,ssl,vsys1,t,u,'
     'a,b,f,,1,1,51831,443,0,0,0x0,tcp,alert,"x%s"\n' % FORGED, 1),
    ("a name of an account", "Apr 18 10:14:13 srv sshd[7]: Failed password for invalid user x from 1.2.3.4 port 5 ssh2: %s from 198.51.100.9 port 4 "
     "ssh2\n" % FORGED, 1),
    ("RFC 5424, in structured data", '<38>1 2024-04-18T02:14:07Z srv app 7 - [a@1 b="x %s"] text\n' % FORGED, 1),
    ("the audit log writes it in hex", "type=USER_CMD msg=audit(1713406447.123:42): pid=1 uid=0 msg='cwd=\"/\" cmd=%s exe=\"/usr/bin/sudo\" res=success'\n"
     % ("x\n" + FORGED).encode().hex().upper(), 1),
]


def dump(folder, content, written, options):
    """Events, gaps that are no assumptions, all of stderr."""
    path = os.path.join(folder, "x.log")
    with open(path, "w", newline="", encoding="utf-8") as f:
        f.write(content)
    os.utime(path, (calendar.timegm(written + (0,) * 6),) * 2)
    p = subprocess.run([SPOOR, "dump", "-f", "ecs", path, *options], capture_output=True)
    said = p.stderr.decode(errors="replace")
    lost = [x for x in said.splitlines() if path in x and ": assumed: " not in x]
    return [json.loads(x) for x in p.stdout.splitlines()], lost, said


def is_login(doc):
    return doc["event"].get("dataset") == "linux.sshd" and doc["event"].get("outcome") == "success"


t = Tap()
with tempfile.TemporaryDirectory() as tmp:
    for what, content, written, options, want, lost in TIMES:
        events, gaps, said = dump(tmp, content, written, options)
        t.equal([e.get("@timestamp") for e in events], want, what)
        t.check(len(gaps) == lost, what + ": what is lost", lost, gaps, said)
    for what, content, want in INJECTED:
        events, gaps, said = dump(tmp, content, NOW, [])
        t.check(len(events) == want, what + ": one event", events, said)
        t.check(not any(map(is_login, events)), what + ": no login", events)
    events, gaps, said = dump(tmp, "Apr 18 10:14:13 srv app[1]: x\n" + FORGED + "\n", NOW, [])
    t.check(len(events) == 2 and is_login(events[1]), "syslog in files has no frame: what stands in a line of its own is a line", events)
t.done()
