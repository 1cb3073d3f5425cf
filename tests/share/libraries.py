"""What published schemas and reference libraries say of exports: libraries.py FOLDER (files NAME.FORMAT). A line per finding,
`FORMAT: N checked` for each format that could be looked at, `FORMAT: no library` for each that could not.
libraries.py --read FILE: what is in a STIX bundle or a MISP event."""
import glob
import json
import os
import sys
import warnings

warnings.simplefilter("ignore")


def stix(path):
    import stix2
    import stix2validator
    with open(path, encoding="utf-8") as f:
        text = f.read()
    stix2.parse(text, allow_custom=False)
    result = stix2validator.validate_string(text, stix2validator.ValidationOptions(version="2.1"))
    return 1, [str(e) for e in result.errors] if not result.is_valid else []


def misp(path):
    import pymisp
    event = pymisp.MISPEvent()
    event.load_file(path)
    with open(path, encoding="utf-8") as f:
        want = {a["value"] for a in json.load(f)["Event"]["Attribute"]}
    return 1, [] if {a.value for a in event.attributes} == want else ["attributes are lost"]


def lines(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def xarf(path):
    import xarf as library
    found = []
    for report in lines(path):
        found += ["%s: %s" % (report.get("report_id"), e) for e in library.parse(report, strict=False).errors]
    return len(lines(path)), found


def ocsf(path):
    import jsonschema
    from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema
    schemas, found = {}, []
    for event in lines(path):
        version = event["metadata"]["version"]
        if version not in schemas:
            o = OcsfJsonSchemaEmbedded(get_ocsf_schema(version=version))
            schemas[version] = jsonschema.Draft202012Validator(
                o.get_class_schema(class_name=o.lookup_class_name_from_uid(class_uid=event["class_uid"]), profiles=[]))
        found += [e.message[:200] for e in schemas[version].iter_errors(event)]
    return len(lines(path)), sorted(set(found))


def sarif(path):
    from sarif_pydantic import Sarif
    with open(path, encoding="utf-8") as f:
        Sarif.model_validate_json(f.read())
    return 1, []


def yara(path):
    import yara as library
    library.compile(filepath=path)
    return 1, []


def read_back(path):
    """Addresses and hosts that the reference library finds in a STIX bundle or a MISP event."""
    import pymisp
    import stix2
    if path.endswith(".misp"):
        event = pymisp.MISPEvent()
        event.load_file(path)
        return {"addresses": sorted(a.value for a in event.attributes if a.type in ("ip-src", "ip-dst")), "hosts": []}
    with open(path, encoding="utf-8") as f:
        objects = stix2.parse(f.read(), allow_custom=False).objects
    return {"addresses": sorted(o.value for o in objects if o.type == "ipv4-addr"),
            "hosts": sorted(o.name for o in objects if o.type == "identity" and o.identity_class == "system")}


FORMATS = {"stix": stix, "misp": misp, "xarf": xarf, "ocsf": ocsf, "sarif": sarif, "yara": yara}

if sys.argv[1] == "--read":
    print(json.dumps(read_back(sys.argv[2])))
    sys.exit(0)
bad = False
for name, check in FORMATS.items():
    checked = 0
    for path in sorted(glob.glob(os.path.join(sys.argv[1], "*." + name))):
        try:
            n, found = check(path)
        except ImportError:
            print(name + ": no library")
            break
        except Exception as e:  # whatever a library says of a document is a finding
            n, found = 1, ["%s: %s" % (type(e).__name__, e)]
        checked += n
        for text in found[:20]:
            bad = True
            print("%s: %s" % (os.path.basename(path), text))
    else:
        print("%s: %d checked" % (name, checked))
sys.exit(bad)
