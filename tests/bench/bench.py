"""Speed as ratios to peers, measured in the same minute on the same files (./dev bench).

Each row: the programs take turns, several times; the median counts. The page cache is warm; output goes to
/dev/null. Where a peer or its evidence is absent the row says so."""
import argparse
import gzip
import os
import shutil
import statistics
import subprocess
import sys
import time

import textlogs
import weblogs

p = argparse.ArgumentParser()
p.add_argument("--build", required=True)
p.add_argument("--shared", required=True)
p.add_argument("--cache", required=True)
p.add_argument("--rounds", type=int, default=5)
p.add_argument("--mib", type=int, default=1088, help="size of the dense EVTX files together")
p.add_argument("--rules-mib", type=int, default=128, help="size of those that rules are run over")
p.add_argument("names", nargs="*", help="jsonl, decode, sha256, rules, text, json; default: all")
opt = p.parse_args()
SPOOR = os.path.abspath(os.path.join(opt.build, "spoor"))
DECODE = os.path.abspath(os.path.join(opt.build, "tests", "bench", "bench_decode"))
PEERS = os.path.abspath(os.path.join(opt.shared, "peers"))
FILES = 4


def row(what, ours, peer="-", ratio="-", note=""):
    print(f"{what:<34} {ours:>16} {peer:>18} {ratio:>9}  {note}", flush=True)


def seconds(command, cwd=None, ok=(0, 3)):
    start = time.monotonic()
    run = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=cwd)
    took = time.monotonic() - start
    if ok is not None and run.returncode not in ok:
        sys.exit(f"{command[0]} failed with code {run.returncode}")
    return took


def take_turns(*runs):
    """Median seconds of each, run alternately."""
    times = [[] for _ in runs]
    for _ in range(opt.rounds):
        for mine, run in zip(times, runs):
            mine.append(run())
    return [statistics.median(t) for t in times]


def dense():
    """Large EVTX files of real, full chunks; None where there is no evidence to make them of."""
    maker = os.path.join(opt.shared, "oracle", "make_dense_evtx.py")
    source = os.path.join(opt.shared, "data", "evtx")
    if not (os.path.exists(maker) and os.path.isdir(source)):
        return None
    folder = os.path.join(opt.cache, f"dense-{opt.mib}")
    if not os.path.exists(os.path.join(folder, "done")):
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, maker, source, folder, str(FILES), str(opt.mib * 16 // FILES)], check=True)
        open(os.path.join(folder, "done"), "w").close()
    files = sorted(os.path.join(folder, n) for n in os.listdir(folder) if n.endswith(".evtx"))
    for name in files:  # warm
        with open(name, "rb") as f:
            while f.read(1 << 22):
                pass
    return files


def jsonl():
    files = dense()
    if not files:
        return row("EVTX to JSONL, 1 core", "skipped", note=f"no evidence in {opt.shared}")
    size = sum(map(os.path.getsize, files))
    ours = lambda: seconds([SPOOR, "dump", *files, "-f", "evtx", "-j", "1"])
    peer = os.path.join(PEERS, "evtx_dump")
    if not os.access(peer, os.X_OK):
        mine, = take_turns(ours)
        return row("EVTX to JSONL, 1 core", f"{size / mine / 1e6:.0f} MB/s", note="evtx_dump is absent")
    theirs = lambda: sum(seconds([peer, "-t", "1", "-o", "jsonl", f]) for f in files)
    mine, other = take_turns(ours, theirs)
    row("EVTX to JSONL, 1 core", f"{size / mine / 1e6:.0f} MB/s", f"{size / other / 1e6:.0f} MB/s",
        f"{other / mine:.2f}x", "evtx_dump; budget 3x")
    both = lambda: seconds([SPOOR, "dump", *files, "-f", "evtx", "-j", "2"])
    two = lambda: sum(seconds([peer, "-t", "2", "-o", "jsonl", f]) for f in files)
    mine, other = take_turns(both, two)
    row("EVTX to JSONL, 2 workers", f"{size / mine / 1e6:.0f} MB/s", f"{size / other / 1e6:.0f} MB/s",
        f"{other / mine:.2f}x", "evtx_dump -t 2")


def measured(*args):
    out = subprocess.run([DECODE, *args], capture_output=True, text=True, check=True).stdout.split()
    return float(out[0]) / float(out[1]) / 1e9, int(out[2]) / float(out[1]) / 1e6


def decode():
    files = dense()
    if not files:
        return row("EVTX decoding only, 1 core", "skipped", note=f"no evidence in {opt.shared}")
    runs = [measured(*files) for _ in range(opt.rounds)]
    speed, events = (statistics.median(x) for x in zip(*runs))
    row("EVTX decoding only, 1 core", f"{speed:.2f} GB/s", note=f"{events:.2f} M events/s; budget 1 GB/s")


def sha256():
    runs = [measured("--sha256", "1024")[0] for _ in range(opt.rounds)]
    row("SHA-256, 1 core", f"{statistics.median(runs):.2f} GB/s", note="the floor under every hashed run")


def peak_mib(command):
    """Peak memory in MiB of the largest process of a command."""
    code = "import resource,subprocess,sys; subprocess.run(sys.argv[1:], stdout=-3, stderr=-3); " \
           "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)"
    return int(subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True).stdout)


def peer_hunts(logs, sigma, workers):
    """What to run for the peers that are there, on the same files with the same number of workers."""
    out = os.path.join(opt.cache, "out.jsonl")
    scratch = os.path.join(opt.cache, "hayabusa")
    os.makedirs(scratch, exist_ok=True)
    for link, to in (("config", "hayabusa-config/config"), ("rules", "hayabusa-rules")):
        if not os.path.lexists(os.path.join(scratch, link)):
            os.symlink(os.path.join(PEERS, to), os.path.join(scratch, link))
    peers = {
        "hayabusa": lambda: seconds(
            [os.path.join(PEERS, "hayabusa"), "dfir-timeline", "-d", logs, "-w", "-q", "-Q", "-C", "-o", out, "-t",
             "jsonl", "-N", "-U", "--threads", workers], cwd=scratch),
        "chainsaw": lambda: (os.path.exists(out) and os.remove(out)) or seconds(
            [os.path.join(PEERS, "chainsaw"), "hunt", logs, "-s", sigma, "--mapping",
             os.path.join(PEERS, "chainsaw-mappings", "sigma-event-logs-all.yml"), "--skip-errors", "--jsonl",
             "--output", out], ok=None),
    }
    return {n: f for n, f in peers.items() if os.access(os.path.join(PEERS, n), os.X_OK)}


def rules():
    opt.mib, before = opt.rules_mib, opt.mib
    files = dense()
    opt.mib = before
    sigma = os.path.abspath(os.path.join(opt.shared, "data", "sigma"))
    if not files or not os.path.isdir(sigma):
        return row("all SigmaHQ rules over EVTX", "skipped", note=f"no rules in {opt.shared}")
    size = sum(map(os.path.getsize, files))
    workers = str(len(os.sched_getaffinity(0)))
    found = os.path.join(opt.cache, "found.jsonl")
    hunt = lambda n, *more: [SPOOR, "hunt", *files, "-r", sigma, *more, "-f", "jsonl", "-o", found, "-j", n]
    fresh = lambda n, *more: (os.path.exists(found) and os.remove(found)) or seconds(hunt(n, *more))
    fresh(workers)  # the rules are compiled once
    what = f"all rules, {size / 1e6:.0f} MB EVTX, {workers} workers"
    mine, = take_turns(lambda: fresh(workers))
    for name, other in peer_hunts(os.path.dirname(files[0]), sigma, workers).items():
        theirs = other()  # one run is long enough
        mine, = take_turns(lambda: fresh(workers))
        row(what, f"{mine:.2f} s", f"{theirs:.1f} s", f"{theirs / mine:.0f}x", f"{name}; budget 100x")
    os.path.exists(found) and os.remove(found)
    row(what, f"{peak_mib(hunt(workers))} MiB", note="peak memory of one process; budget 256 MiB + 64 MiB a worker")
    alone = [float(os.path.getsize(f)) for f in files]
    times = [[], []]
    for _ in range(opt.rounds):
        for mine, args in zip(times, ([], ["--rules", sigma])):
            mine.append(sum(alone) / 1e9 / measured(*args, *files)[0])
    decoding, both = (statistics.median(t) for t in times)
    row("decoding and detecting, 1 core", f"{both:.3f} s", f"{decoding:.3f} s", f"{both / decoding:.2f}x",
        "decoding alone; budget 2x")
    ten = os.path.join(opt.cache, "rules-x10")
    if not os.path.exists(os.path.join(ten, "done")):
        subprocess.run([sys.executable, os.path.join(os.path.dirname(__file__), "many_rules.py"), sigma, ten, "9"],
                       check=True)
        open(os.path.join(ten, "done"), "w").close()
    fresh(workers, "-r", ten)
    one, many = take_turns(lambda: fresh(workers), lambda: fresh(workers, "-r", ten))
    row("ten times the rules (synthetic)", f"{many:.2f} s", f"{one:.2f} s", f"{many / one:.2f}x", "the same once; budget 1.5x")
    times = [[], []]
    for _ in range(opt.rounds):
        for mine, where in zip(times, (sigma, ten)):
            mine.append(sum(alone) / 1e9 / measured("--rules", where, *files)[0])
    one, nine = (statistics.median(t) for t in times)
    row("nine times the rules, 1 core, no start", f"{nine:.3f} s", f"{one:.3f} s", f"{nine / one:.2f}x", "the same once")
    os.path.exists(found) and os.remove(found)


def w3c_log():
    """A synthetic IIS log of 256 MiB: lines of about 190 bytes, 15 fields."""
    name = os.path.join(opt.cache, "w3c-256.log")
    if os.path.exists(name):
        return name
    random = __import__("random").Random(1)
    agents = ["Mozilla/5.0+(Windows+NT+10.0;+Win64;+x64)+AppleWebKit/537.36", "DocSecUpdater/4.2+(Windows+NT+10.0)",
              "Microsoft+BITS/7.8"]
    lines = []
    for i in range(50000):
        s = i * 86399 // 50000
        lines.append("2024-04-18 %02d:%02d:%02d 10.30.5.20 GET /pkg/docsec/%d/setup.exe &CorrelationID=<empty>;&cafeReqId=%08x-0000-"
                     "4111; 443 %s 10.7.%d.%d %s - 200 0 0 %d\r\n" % (
                         s // 3600, s // 60 % 60, s % 60, random.randrange(100), random.getrandbits(32),
                         random.choice(["-", "CORP\\u%d" % random.randrange(999)]), random.randrange(16),
                         random.randrange(255), random.choice(agents), random.randrange(2000)))
    block = "".join(lines).encode()
    with open(name + ".part", "wb") as f:
        f.write(b"#Software: Microsoft Internet Information Services 10.0\r\n#Fields: date time s-ip cs-method cs-uri-stem "
                b"cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status "
                b"time-taken\r\n")
        while f.tell() < 256 << 20:
            f.write(block)
    os.rename(name + ".part", name)
    return name


def piped(size, *command):
    """GB/s of a program whose output goes into a pipe: grep stops at once where it is /dev/null."""
    start = time.monotonic()
    subprocess.run(command, capture_output=True, check=True)
    return size / (time.monotonic() - start) / 1e9


def text():
    """Line logs to events and facts on one core, beside programs that only look at the bytes."""
    logs = [("W3C, every line new", w3c_log(), "docsec"), *weblogs.make(opt.cache, 64), *textlogs.make(opt.cache, 64)]
    for what, name, word in logs:
        size = os.path.getsize(name)
        peers = {"wc -l": ["wc", "-l", name], "grep -c": ["grep", "-c", word, name]}
        if name.endswith(".json") and shutil.which("jq"):
            peers["jq -c ."] = ["jq", "-c", ".", name]
        speed, facts, events, other = [], [], [], {p: [] for p in peers}
        for _ in range(opt.rounds):  # in turns, on the same warm file
            gb, million = measured(name)
            speed.append(gb)
            events.append(million)
            facts.append(measured("--facts", name)[0])
            for p, command in peers.items():
                if p[0] != "j" or not other[p]:
                    other[p].append(piped(size, *command))
        mine, with_facts, million = (statistics.median(x) for x in (speed, facts, events))
        for p in peers:
            gb = statistics.median(other[p])
            row(what + " to events, 1 core", f"{mine:.2f} GB/s", f"{gb:.2f} GB/s", f"{mine / gb:.2f}x",
                f"{p}; {million:.1f} M events/s; with facts {with_facts:.2f} GB/s")


def flat_json():
    """Flat JSON lines; None where there is no evidence to make them of."""
    source = os.path.join(opt.shared, "data", "logs", "zeek-json")
    if not os.path.isdir(source):
        return None
    path = os.path.join(opt.cache, "flat.json")
    if not os.path.exists(path):
        parts = [gzip.open(os.path.join(source, n), "rb").read() for n in sorted(os.listdir(source))]
        with open(path + ".part", "wb") as out:
            for _ in range(6):
                out.writelines(parts)
        os.replace(path + ".part", path)
    with open(path, "rb") as f:
        while f.read(1 << 22):
            pass
    return path


def json_lines():
    path = flat_json()
    if not path:
        return row("flat JSON to JSONL, 1 core", "skipped", note=f"no evidence in {opt.shared}")
    size = os.path.getsize(path)
    ours = lambda: seconds([SPOOR, "dump", path, "-f", "evtx", "-j", "1"])
    if not shutil.which("jq"):
        mine, = take_turns(ours)
        return row("flat JSON to JSONL, 1 core", f"{size / mine / 1e6:.0f} MB/s", note="jq is absent")
    opt.rounds = min(opt.rounds, 3)
    mine, other = take_turns(ours, lambda: seconds(["jq", "-c", ".", path]))
    row("flat JSON to JSONL, 1 core", f"{size / mine / 1e6:.0f} MB/s", f"{size / other / 1e6:.0f} MB/s",
        f"{other / mine:.1f}x", "jq -c .")


PARTS = {"jsonl": jsonl, "decode": decode, "sha256": sha256, "rules": rules, "text": text, "json": json_lines}
unknown = [n for n in opt.names if n not in PARTS]
if unknown:
    sys.exit(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(PARTS)}")
os.makedirs(opt.cache, exist_ok=True)
row("what", "spoor", "peer", "ratio", "remarks")
for name in opt.names or PARTS:
    PARTS[name]()
