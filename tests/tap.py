"""A few lines of TAP, shared by the Python tests."""
import os
import sys

SOURCE = os.environ.get("SPOOR_SOURCE") or os.path.abspath(
    os.path.join(os.path.dirname(__file__), ".."))
BUILD = os.environ.get("SPOOR_BUILD") or os.path.join(SOURCE, "build")
SHARED = os.environ.get("SPOOR_SHARED") or os.path.join(SOURCE, "..", "shared")


class Tap:
    def __init__(self):
        self.count = self.failed = 0
        print("TAP version 13", flush=True)

    def check(self, ok, name, *details):
        """One test point; details are shown when it fails."""
        self.count += 1
        self.failed += not ok
        name = name.replace("#", "no.").replace("\n", " ")
        print(f"{'ok' if ok else 'not ok'} {self.count} - {name}")
        if not ok:
            for d in details:
                for line in str(d).splitlines()[:40]:
                    print("# " + line)
        sys.stdout.flush()
        return ok

    def equal(self, got, want, name):
        return self.check(got == want, name, f"got:  {got!r}", f"want: {want!r}")

    def skip(self, name, why):
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {why}", flush=True)

    def done(self):
        print(f"1..{self.count}", flush=True)
        sys.exit(1 if self.failed else 0)


def skip_all(why):
    print(f"TAP version 13\n1..0 # SKIP {why}", flush=True)
    sys.exit(0)
