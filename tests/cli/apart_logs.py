"""Logs in forms and folders that the generator of the range does not use, for story_apart.py: lines of what happened, sorted and
written at the end. Everything is made up; addresses outside are those of documentation."""
import datetime
import hashlib
import json
import os
import random
import uuid

UTC = datetime.timezone.utc
LOCAL = datetime.timezone(datetime.timedelta(hours=2))
SYSMON, SECURITY, SERVICES = "Microsoft-Windows-Sysmon", "Microsoft-Windows-Security-Auditing", "Service Control Manager"
BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:123.0) Gecko/20100101 Firefox/123.0"


def at(text):
    return datetime.datetime.fromisoformat(text).replace(tzinfo=UTC)


def after(t, **how):
    return t + datetime.timedelta(**how)


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


class Logs:
    def __init__(self, seed, firewall="fortigate", balancer=None):
        """balancer: the address of one in front of the web servers, if there is one."""
        self.r, self.firewall, self.balancer = random.Random(seed), firewall, balancer
        self.lines, self.heads, self.serial = {}, {}, 40000

    def put(self, name, t, line):
        self.lines.setdefault(name, []).append((t, line))

    def write(self, folder, written):
        """All files get the same time, as where a copy has lost their own."""
        for name, lines in self.lines.items():
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as f:
                f.write(self.heads.get(name, "") + "".join(line + "\n" for _, line in sorted(lines, key=lambda x: x[0])))
            os.utime(path, (written.timestamp(), written.timestamp()))

    def guid(self):
        return "{%s}" % uuid.UUID(int=self.r.getrandbits(128))

    # --- web servers

    def tomcat(self, host, t, ip, user, request, status, size, agent=BROWSER):
        here = t.astimezone(LOCAL)
        if self.balancer and not ip.startswith(self.balancer.rsplit(".", 2)[0]):
            self.put("lb/haproxy.log", t, f'{t:%b %e %H:%M:%S} lb1 haproxy[900]: {ip}:{self.r.randrange(30000, 60000)} [{t:%d/%b/%Y:%H:%M:%S}.000] '
                                          f'fe_https~ be_docs/docs01 0/0/1/23/24 {status} {size} - - ---- 12/12/3/1/0 0/0 "{request} HTTP/1.1"')
            ip, user = self.balancer, "-"
        self.put(f"{host}/tomcat/logs/localhost_access_log.{here:%Y-%m-%d}.txt", t,
                 f'{ip} - {user} [{here:%d/%b/%Y:%H:%M:%S %z}] "{request} HTTP/1.1" {status} {size or "-"} "-" "{agent}"')

    def nginx_json(self, host, t, ip, uri, status, size):
        self.put(f"{host}/nginx/access.json", t, json.dumps({
            "time": t.isoformat(), "remote_addr": ip, "request_method": "GET", "uri": uri, "args": "", "status": status,
            "body_bytes_sent": size, "http_user_agent": "FleetAgent/7.4 (Windows)", "server_name": "updates.example"}))

    def iis(self, host, t, method, stem, query, user, ip, agent, status, sent=900, received=700):
        name = f"{host}/inetpub/logs/LogFiles/W3SVC1/u_ex{t:%y%m%d}.log"
        self.heads[name] = ("#Software: Microsoft Internet Information Services 10.0\n#Fields: date time s-ip cs-method cs-uri-stem "
                            "cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status "
                            "sc-bytes cs-bytes time-taken\n")
        self.put(name, t, f"{t:%Y-%m-%d %H:%M:%S} 10.44.8.15 {method} {stem} {query or '-'} 443 {user or '-'} {ip} "
                          f"{agent.replace(' ', '+')} - {status} 0 0 {sent} {received} 40")

    # --- Unix

    def audit(self, host, t, *records):
        self.serial += 1
        for kind, body in records:
            self.put(f"{host}/audit/audit.log", t, f"type={kind} msg=audit({t.timestamp():.3f}:{self.serial}): {body}")

    @staticmethod
    def call(number, user, program, login, flags="56"):
        return ("SYSCALL", f"arch=c000003e syscall={number} success=yes exit=0 a0=55 a1=7f a2={flags} a3=1b6 items=2 ppid=900 pid=950 "
                           f"auid={login} uid={user} gid={user} euid={user} suid={user} fsuid={user} egid={user} sgid={user} fsgid={user} "
                           f'tty=(none) ses=7 comm="{program.split("/")[-1]}" exe="{program}" key="k"')

    def runs(self, host, t, user, program, *words, login="4294967295"):
        said = " ".join(f'a{i}="{w}"' if " " not in w else f"a{i}={w.encode().hex().upper()}" for i, w in enumerate(words))
        self.audit(host, t, self.call(59, user, program, login), ("EXECVE", f"argc={len(words)} {said}"))

    def writes(self, host, t, user, program, path, new=True, login="4294967295"):
        self.audit(host, t, self.call(257, user, program, login, "241"), ("CWD", 'cwd="/"'),
                   ("PATH", f'item=1 name="{path}" inode=7 mode=0100644 nametype={"CREATE" if new else "NORMAL"}'))

    def auth(self, host, t, line):
        self.put(f"{host}/var/log/auth.log", t, f"{t:%b %e %H:%M:%S} {host} {line}")

    # --- Windows, as a collector keeps it: all hosts in one file a day

    def beat(self, host, t, channel, provider, number, **data):
        name = f"{host}.ad.example"
        self.put(f"collector/winlogbeat-{t:%Y.%m.%d}.ndjson", t, json.dumps({
            "@timestamp": f"{t:%Y-%m-%dT%H:%M:%S}.000Z", "host": {"name": name},
            "winlog": {"channel": channel, "provider_name": provider, "event_id": str(number), "computer_name": name,
                       "record_id": self.r.randrange(10**6), "event_data": data}}))

    def starts(self, host, t, image, command, parent, content=None):
        self.beat(host, t, SYSMON + "/Operational", SYSMON, 1, UtcTime=f"{t:%Y-%m-%d %H:%M:%S}.000", ProcessGuid=self.guid(),
                  ProcessId=str(self.r.randrange(900, 9000)), Image=image, CommandLine=command, User="NT AUTHORITY\\SYSTEM",
                  Hashes="SHA256=" + sha256(content or image), ParentProcessGuid=self.guid(), ParentProcessId="812", ParentImage=parent)

    def installs(self, host, t, name, image):
        self.beat(host, t, "System", SERVICES, 7045, ServiceName=name, ImagePath=image, ServiceType="user mode service",
                  StartType="auto start", AccountName="LocalSystem")

    # --- Windows, as wevtutil exports it: a file a channel

    def event(self, host, channel, provider, number, t, data):
        def escaped(v):
            return str(v).replace("&", "&amp;").replace("<", "&lt;")
        said = "".join(f"<Data Name='{k}'>{escaped(v)}</Data>" if k else f"<Data>{escaped(v)}</Data>" for k, v in data)
        self.put(f"{host}/export/{channel.replace('/', '%4')}.xml", t,
                 "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
                 f"<Provider Name='{provider}'/><EventID>{number}</EventID><TimeCreated SystemTime='{t:%Y-%m-%dT%H:%M:%S}.0000000Z'/>"
                 f"<EventRecordID>{self.r.randrange(10**6)}</EventRecordID><Channel>{channel}</Channel>"
                 f"<Computer>{host}.northgrid.example</Computer></System><EventData>{said}</EventData></Event>")

    # --- the network

    def through(self, *call, name=""):
        """A call through the firewall: (time, address, address outside, port, bytes sent, bytes received)."""
        getattr(self, self.firewall)(*call, self.r.randrange(30000, 60000), name)

    def fortigate(self, t, ip, to, port, sent, received, source, name):
        """A long session has rows before its last, all with the total so far and what came since."""
        rows, session = 5 if sent > 10**7 else 1, self.r.getrandbits(30)
        for i in range(rows):
            now = after(t, seconds=120 * i)
            here, so_far, before = now.astimezone(LOCAL), sent * (i + 1) // rows, sent * i // rows
            self.put("fw/fgt-edge.log", now,
                     f'<189>date={here:%Y-%m-%d} time={here:%H:%M:%S} devname="FGT-EDGE" eventtime={int(now.timestamp() * 1e9)} tz="+0200" '
                     f'logid="00000000{13 if i == rows - 1 else 20}" type="traffic" subtype="forward" level="notice" srcip={ip} srcport={source} '
                     f'dstip={to} dstport={port} sessionid={session} proto=6 action="{"close" if i == rows - 1 else "accept"}" policyid=7 '
                     f'service="HTTPS" duration=9 sentbyte={so_far} rcvdbyte={received} hostname="{name}"'
                     + (f" sentdelta={so_far - before} rcvddelta={received // rows}" if rows > 1 else ""))

    def huawei(self, t, ip, to, port, sent, received, source, _):
        self.put("fw/usg.log", t, f"<190>{t:%b %e %Y %H:%M:%S} USG-EDGE %%01SECLOG/6/SESSION_TEARDOWN(l): IPVer=4,Protocol=tcp,SourceIP={ip},"
                                  f"DestinationIP={to},SourcePort={source},DestinationPort={port},SourceNatIP=192.0.2.1,SourceNatPort=2060,"
                                  f"SendPkts=8,SendBytes={sent},RcvPkts=8,RcvBytes={received},PolicyName=allow,CloseReason=aged-out.")

    def h3c(self, t, ip, to, port, sent, received, source, _):
        self.put("fw/h3c.log", t, f"<190>{t:%b %e %H:%M:%S %Y} H3C-EDGE %%10SESSION/6/SESSION_IPV4_FLOW: Protocol(1001)=TCP;SrcIPAddr(1003)={ip};"
                                  f"SrcPort(1004)={source};NATSrcIPAddr(1005)=192.0.2.1;NATSrcPort(1006)=2060;DstIPAddr(1007)={to};"
                                  f"DstPort(1008)={port};InitByteCount(1046)={sent};RplyByteCount(1047)={received};Event(1048)=(8)Session deleted;")

    def checkpoint(self, t, ip, to, port, sent, received, source, _):
        self.put("fw/cp.log", t, f'<134>1 {t:%Y-%m-%dT%H:%M:%SZ} CP-EDGE CheckPoint 12 - [action:"Accept"; loguid:"{{0x1}}"; origin:"172.22.1.1"; '
                                 f'time:"{int(t.timestamp())}"; dst:"{to}"; product:"VPN-1 & FireWall-1"; proto:"6"; s_port:"{source}"; '
                                 f'service:"{port}"; src:"{ip}"; client_outbound_bytes:"{sent}"; server_outbound_bytes:"{received}"]')

    def juniper(self, t, ip, to, port, sent, received, source, _):
        self.put("fw/srx.log", t, f'<14>1 {t:%Y-%m-%dT%H:%M:%SZ} SRX-EDGE RT_FLOW - RT_FLOW_SESSION_CLOSE [junos@2636.1.1.1.2.129 reason="idle" '
                                  f'source-address="{ip}" source-port="{source}" destination-address="{to}" destination-port="{port}" '
                                  f'protocol-id="6" bytes-from-client="{sent}" bytes-from-server="{received}"] session closed')

    def lease(self, t, ip, name):
        m = hashlib.sha256(name.encode()).hexdigest()
        mac = "02:" + ":".join(m[i:i + 2] for i in range(0, 10, 2))
        self.put("dhcp/dhcpd.log", t, f"{t:%b %e %H:%M:%S} dhcp1 dhcpd[712]: DHCPACK on {ip} to {mac} ({name}) via eth0")
