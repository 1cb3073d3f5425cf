"""Stories of logs that the generator of the range does not make: other formats, other folders, lost times of files, parents that no
log names. What happened stands in the code that writes it; the story must say the same, and nothing where nothing happened."""
import json

from apart_logs import BROWSER, SECURITY, SYSMON, Logs, after, at
from cli import path, rules, spoor
from tap import Tap

t = Tap()
COPIED = at("2026-02-01T12:00:00")  # long after everything
RELAY, SECOND, CONTROL, DROP = "203.0.113.77", "198.51.100.9", "203.0.113.151", "203.0.113.160"
DAYS, PACKAGE = 9, "/agent/win/7.4.1/AgentSetup-7.4.1.msi"
START = at("2025-03-03T00:00:00")


def story_of(logs, name, *args):
    logs.write(path(name), COPIED)
    made = spoor("investigate", path(name), "-r", rules(), "-o", path(name + "-case"), *args)
    t.check(made.returncode in (0, 3), f"{name}: it is investigated", made.stderr)
    with open(path(name + "-case", "case.json"), encoding="utf-8") as f:
        return json.load(f)


def said(case, key):
    return [s["text"] for s in case["summary"] if s["key"] == key]


# --- a company whose day is made once, with and without an incident -----------------------------------


def clients(n):
    return [{"name": f"WST{100 + i}", "ip": f"172.22.30.{20 + i}"} for i in range(n)]


def usual_days(g, desks):
    r = g.r
    for d in range(DAYS):
        day = after(START, days=d)
        for k in range(200):
            c = r.choice(desks)
            g.tomcat("docs01", after(day, seconds=r.randrange(25000, 65000)), c["ip"], c["name"].lower(),
                     "GET /vault/" + r.choice(("home", f"api/doc/{r.randrange(900)}", "static/app.js")), 200, r.randrange(300, 90000))
        for k in range(30):  # everybody's scanners
            g.tomcat("docs01", after(day, seconds=r.randrange(86400)), f"192.0.2.{r.randrange(3, 60)}", "-",
                     "GET " + r.choice(("/.env", "/wp-login.php", "/vault/servlet/Import", "/manager/html")), r.choice((403, 404)), 200, "zgrab")
        for host in ("docs01", "updsrv"):
            g.runs(host, after(day, hours=3), 0, "/usr/bin/run-parts", "run-parts", "/etc/cron.daily")
        g.auth("updsrv", after(day, hours=8), "sshd[901]: Accepted publickey for deploy from 172.22.5.9 port 40100 ssh2: RSA SHA256:x")
        g.through(after(day, hours=23), "172.22.4.40", "192.0.2.200", 443, 30 * 10**9, 10**6, name="backup.example")
        for c in desks:
            g.lease(after(day, hours=5, seconds=r.randrange(3000)), c["ip"], c["name"])
            g.beat(c["name"], after(day, hours=6), "Security", SECURITY, 4624, TargetUserName="u", TargetDomainName="AD", LogonType="2",
                   IpAddress="127.0.0.1", TargetLogonId="0x77", WorkstationName=c["name"], LogonProcessName="User32")
            for k in range(6):
                g.starts(c["name"], after(day, hours=7 + k), "C:\\Program Files\\Fleet\\FleetAgent.exe", "FleetAgent.exe",
                         "C:\\Windows\\System32\\services.exe")
                g.through(after(day, hours=7 + k, seconds=r.randrange(900)), c["ip"], f"192.0.2.{10 + k}", 443, 4000, 90000, name=f"s{k}.example")
    for c in desks[-8:]:
        g.nginx_json("updsrv", after(START, hours=9, seconds=r.randrange(9000)), c["ip"], PACKAGE, 200, 24117248)


# --- a document server leads to the server of updates ----------------------------------------------------


def entry(g):
    e = at("2025-03-04T22:41:07")
    g.tomcat("docs01", e, RELAY, "-", "POST /vault/servlet/Import", 200, 87)
    g.writes("docs01", after(e, seconds=1), 998, "/usr/lib/jvm/java-11/bin/java", "/opt/vault/webapps/vault/assets/x7.jsp")
    g.tomcat("docs01", after(e, seconds=41), RELAY, "-", "GET /vault/assets/x7.jsp", 200, 12)
    for i, command in enumerate(("id", "uname -a", "cat /etc/passwd", "cat conf/upd.properties", "crontab -l")):
        when = after(e, seconds=90 + 60 * i)
        g.tomcat("docs01", when, RELAY if i < 3 else SECOND, "-", "POST /vault/assets/x7.jsp", 200, 900 + i)
        g.runs("docs01", after(when, seconds=1), 998, "/usr/bin/dash", "sh", "-c", command)
    g.auth("updsrv", at("2025-03-05T22:12:30"), "sshd[5121]: Accepted password for deploy from 172.22.4.11 port 50118 ssh2")
    g.writes("updsrv", at("2025-03-05T22:31:02"), 1002, "/usr/bin/cp", "/srv/updates" + PACKAGE, new=False, login="1002")


def delivered(g, desks):
    """Of 20 that fetch it two break off and two are protected; four of the rest send much, all to one place."""
    image = "C:\\ProgramData\\Microsoft\\NetFramework\\mscorsvc64.exe"
    for i, c in enumerate(desks[:20]):
        when = after(at("2025-03-06T05:00:00"), minutes=41 * i)
        if i < 2:
            g.nginx_json("updsrv", when, c["ip"], PACKAGE, 200, 8100000 + 4096 * i)
            continue
        g.nginx_json("updsrv", when, c["ip"], PACKAGE, 200, 24313856)
        if i < 4:
            g.beat(c["name"], after(when, seconds=60), "Microsoft-Windows-Windows Defender/Operational", "Microsoft-Windows-Windows Defender",
                   1117, **{"Threat Name": "Trojan:Win64/Suspicious.A", "Path": "file:_" + image, "Action Name": "Quarantine"})
            continue
        g.installs(c["name"], after(when, seconds=70), "NET Runtime Optimization x64", image)
        g.starts(c["name"], after(when, seconds=71), image, f'"{image}" -k', "C:\\Windows\\System32\\services.exe", "implant")
        for k in range(40):
            g.through(after(when, seconds=120 + 5400 * k + g.r.randrange(900)), c["ip"], CONTROL, 443, 1100 + k, 600,
                      name="telemetry-gw.example")
        if i < 8:
            g.through(after(at("2025-03-08T23:30:00"), minutes=9 * i), c["ip"], DROP, 443, 500 * 10**6, 90000, name="files.example")


def known_addresses():
    name = path("apart.yaml")
    with open(name, "w", encoding="utf-8") as f:
        f.write("hosts:\n  - {name: docs01, addresses: [172.22.4.11]}\n  - {name: updsrv, addresses: [172.22.4.20]}\n"
                "  - {name: lb1, addresses: [172.22.4.2]}\n")
    return name


def check_update(firewall, names_places, balancer=None):
    g, desks, name = Logs(77, firewall, balancer), clients(32), "update-" + firewall + ("-balanced" if balancer else "")
    usual_days(g, desks)
    entry(g)
    delivered(g, desks)
    case = story_of(g, name, "--case", known_addresses())
    story = case["incident"]
    classes = {h["host"].split(".")[0]: h["class"] for h in story["hosts"]}
    t.equal(story["incidents"], 1, f"{name}: one incident")
    t.equal((story["entry"][0]["host"], story["entry"][0]["time"][:16]), ("docs01", "2025-03-04T22:41"), f"{name}: where and when it began")
    t.equal({x["ip"] for x in story["external"] if x["role"] == "relay"}, {RELAY, SECOND}, f"{name}: the relays")
    t.equal({x["ip"] for x in story["external"] if x["role"] == "c2"}, {CONTROL}, f"{name}: the control server")
    t.equal({(x["ip"], x.get("name")) for x in story["external"] if x["role"] == "exfiltration"},
            {(DROP, "files.example" if names_places else None)}, f"{name}: where it went")
    t.equal({n for n, c in classes.items() if c == "confirmed"}, {"docs01", "updsrv"} | {c["name"] for c in desks[4:20]},
            f"{name}: who is confirmed")
    t.check(any("on 2 protection stopped it" in s for s in said(case, "nar.fetched_stopped")), f"{name}: what was stopped is said",
            said(case, "nar.fetched_stopped"))
    lost = story["exfil"]["total"]
    t.check(lost["low"] <= 2 * 10**9 <= lost["high"], f"{name}: what left, although four hosts sent it to one place", lost)
    t.check(any(e["from"] == "docs01" and e["to"] == "updsrv" for e in story["edges"]), f"{name}: from server to server")
    t.check(all(f["first"] is None or f["first"] < "2025-04" for f in case["facts"]), f"{name}: lines without a year are not of the year of the copy")


# --- a mail server ----------------------------------------------------------------------------------------


def check_mail():
    g = Logs(4711)
    r = g.r
    first, sent, host = at("2025-01-15T01:12:20"), 0, "BREMAIL"
    page = "C:\\Program Files\\Microsoft\\Exchange Server\\V15\\FrontEnd\\HttpProxy\\owa\\auth\\errorEE.aspx"
    for d in range(DAYS):
        for k in range(150):
            g.iis(host, after(at("2025-01-13T06:00:00"), days=d, seconds=r.randrange(36000)), "POST", "/mapi/emsmdb/", "", "NORTHGRID\\u1",
                  f"10.44.20.{r.randrange(11, 20)}", "Microsoft Office/16.0", 200)
        for k in range(20):
            g.iis(host, after(at("2025-01-13T00:00:00"), days=d, seconds=r.randrange(86400)), "GET",
                  r.choice(("/owa/auth/x.js", "/.git/config", "/aspnet_client/log.aspx")), "", "", f"192.0.2.{r.randrange(3, 99)}", "zgrab", 404)
        g.event(host, "Security", SECURITY, 4624, after(at("2025-01-13T09:00:00"), days=d), [
            ("TargetUserName", "adm"), ("TargetDomainName", "NORTHGRID"), ("LogonType", 3), ("IpAddress", "10.44.9.9"), ("WorkstationName", "JUMP")])
    g.event(host, "MSExchange Management", "MSExchange CmdletLogs", 1, after(first, seconds=70), [
        ("", "New-MailboxExportRequest"), ("", f'-Mailbox "administrator" -FilePath "\\\\127.0.0.1\\C${page[2:]}"'), ("", "x/Administrator")])
    g.event(host, SYSMON + "/Operational", SYSMON, 11, after(first, seconds=74), [
        ("UtcTime", "2025-01-15 01:13:34.000"), ("ProcessId", 4), ("Image", "System"), ("TargetFilename", page)])
    for i, command in enumerate(("whoami", "ipconfig /all", "net group /domain", "nltest /dclist:")):
        when = after(first, seconds=100 + 50 * i)
        g.iis(host, when, "POST", "/owa/auth/errorEE.aspx", "", "", RELAY, BROWSER, 200, 2000, 900)
        g.event(host, SYSMON + "/Operational", SYSMON, 1, after(when, seconds=1), [
            ("Image", "C:\\Windows\\System32\\cmd.exe"), ("CommandLine", "cmd.exe /c " + command), ("ProcessId", 5000 + i),
            ("ParentImage", "C:\\Windows\\System32\\inetsrv\\w3wp.exe"), ("User", "NT AUTHORITY\\SYSTEM")])
    for d in range(1, 6):
        for k in range(40):
            n = r.randrange(400000, 2500000)
            sent += n
            g.iis(host, after(first, days=d, seconds=r.randrange(7000)), "POST", "/owa/auth/errorEE.aspx", "", "", SECOND, BROWSER, 200, n, 1800)
    case = story_of(g, "mail")
    story = case["incident"]
    t.equal([e["host"].split(".")[0] for e in story["entry"]], [host], "mail: the server")
    t.equal({x["ip"] for x in story["external"] if x["role"] == "relay"}, {RELAY, SECOND}, "mail: the relays")
    lost = story["exfil"]["total"]
    t.check(lost["low"] <= sent <= lost["high"], "mail: what left, by the server's own log alone", sent, lost)


# --- nothing --------------------------------------------------------------------------------------------------


def check_quiet():
    g, desks = Logs(5), clients(24)
    usual_days(g, desks)
    roll = at("2025-03-09T08:00:00")
    for c in desks:  # a release under a path without a version, with a new service that calls a new place
        when = after(roll, seconds=g.r.randrange(9000))
        g.nginx_json("updsrv", after(START, days=1, hours=8), c["ip"], "/download/agent-latest.msi", 200, 18000000)
        g.nginx_json("updsrv", when, c["ip"], "/download/agent-latest.msi", 200, 18733056)
        g.installs(c["name"], after(when, seconds=75), "Fleet Telemetry", '"C:\\Program Files\\Fleet\\FleetTelemetry.exe"')
        g.starts(c["name"], after(when, seconds=80), "C:\\Program Files\\Fleet\\FleetTelemetry.exe", "FleetTelemetry.exe",
                 "C:\\Windows\\System32\\services.exe")
        for k in range(30):
            g.through(after(when, seconds=90 + 3600 * k), c["ip"], "192.0.2.77", 443, 1200, 900, name="telemetry.fleet-vendor.example")
    for d in (2, 3, 7):  # an administrator at night
        for c in desks[:12]:
            when = after(START, days=d, hours=22, seconds=g.r.randrange(6000))
            g.beat(c["name"], when, "Security", SECURITY, 4624, TargetUserName="adm.m", TargetDomainName="AD", LogonType="3",
                   IpAddress="172.22.5.9", TargetLogonId="0x99", WorkstationName="JUMP1", LogonProcessName="Kerberos")
            g.installs(c["name"], after(when, seconds=2), "PSEXESVC", "%SystemRoot%\\PSEXESVC.exe")
            g.starts(c["name"], after(when, seconds=3), "C:\\Windows\\PSEXESVC.exe", "PSEXESVC.exe", "C:\\Windows\\System32\\services.exe")
            g.starts(c["name"], after(when, seconds=4), "C:\\Windows\\System32\\cmd.exe", "cmd /c ipconfig /all", "C:\\Windows\\PSEXESVC.exe")
    for k in range(800):  # the own scanner
        g.tomcat("docs01", after(at("2025-03-06T01:00:00"), seconds=2 * k), "172.22.9.50", "-",
                 "POST /vault/" + g.r.choice(("servlet/Import", "cmd.jsp?c=id", "upload.jsp")), g.r.choice((404, 403, 500)), 300, "OpenVAS")
    for i in range(5):  # a plug-in that brings pages and starts programs under the server's user
        g.writes("docs01", after(at("2025-03-07T10:00:00"), seconds=i), 998, "/usr/lib/jvm/java-11/bin/java",
                 f"/opt/vault/webapps/vault/forms/{'abcde'[i]}.jsp")
    for k in range(60):
        g.tomcat("docs01", after(at("2025-03-07T10:05:00"), minutes=7 * k), f"198.51.100.{g.r.randrange(20, 200)}", "-",
                 f"POST /vault/forms/{g.r.choice('abcde')}.jsp", 200, 900)
        g.runs("docs01", after(at("2025-03-07T10:06:00"), minutes=7 * k), 998, "/usr/bin/dash", "sh", "-c",
               g.r.choice(("convert a.jpg b.png", "sendmail -t -i", "pdftotext x.pdf -")))
    case = story_of(g, "quiet")
    t.equal(case["incident"]["incidents"], 0, "quiet: nothing is found")
    t.check(all(h["class"] not in ("confirmed", "likely") for h in case["incident"]["hosts"]), "quiet: nobody is accused")


for maker, names in (("fortigate", True), ("huawei", False), ("h3c", False), ("checkpoint", False), ("juniper", False)):
    check_update(maker, names)
check_update("fortigate", True, "172.22.4.2")  # the server itself never sees who asks
check_mail()
check_quiet()
t.done()
