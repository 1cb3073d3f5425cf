#!/usr/bin/env python3
"""The same events in other shapes must give the same findings: winjson_alike.py SPOOR.

The attack samples of the shared evidence are exported with evtx_dump, each event is rewritten as Winlogbeat, Wazuh,
Velociraptor, NXLog and Splunk would write it (with texts around it that must not be searched), and every rule of the
shared SigmaHQ set is run over each. Prints TAP.
"""
import collections
import csv
import datetime
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
from xml.sax.saxutils import escape, quoteattr

NOISE = 'rendered: mimikatz sekurlsa::logonpasswords'  # keyword rules would match it


def text(v):
    return v if v is None or isinstance(v, str) else json.dumps(v)


def attribute(element, name):
    return ((element or {}).get('#attributes') or {}).get(name) if isinstance(element, dict) else None


def known(**members):
    return {k: v for k, v in members.items() if v is not None}


def lower_first(s):
    return s[:1].lower() + s[1:]


class Event:
    def __init__(self, e):
        s, d, u = e['System'], e.get('EventData') or {}, e.get('UserData')
        self.raw = e
        eid = s['EventID']
        self.id = eid.get('#text') if isinstance(eid, dict) else eid
        self.qualifiers = attribute(eid, 'Qualifiers')
        self.provider, self.guid = attribute(s['Provider'], 'Name'), attribute(s['Provider'], 'Guid')
        self.time = attribute(s['TimeCreated'], 'SystemTime')
        self.pid, self.tid = attribute(s.get('Execution'), 'ProcessID'), attribute(s.get('Execution'), 'ThreadID')
        self.sid = attribute(s.get('Security'), 'UserID')
        self.record, self.channel, self.computer = s['EventRecordID'], s['Channel'], s['Computer']
        self.rest = {k: s.get(k) for k in ('Version', 'Level', 'Task', 'Opcode', 'Keywords')}
        self.data = {k: v for k, v in d.items() if k not in ('#attributes', 'Data')}
        self.unnamed = d['Data']['#text'] if 'Data' in d else None
        self.element, self.user = None, {}
        if isinstance(u, dict) and len(u) == 1:
            self.element, body = next(iter(u.items()))
            self.user = {k: v for k, v in (body or {}).items() if k != '#attributes'}


def winlogbeat(e):
    log = known(channel=e.channel, event_id=text(e.id), provider_name=e.provider, provider_guid=e.guid,
                record_id=e.record, computer_name=e.computer, version=e.rest['Version'],
                process=known(pid=e.pid, thread=known(id=e.tid)))
    if e.data or e.unnamed is not None:
        log['event_data'] = {k: v if isinstance(v, dict) else text(v) for k, v in e.data.items()}
    if e.unnamed is not None:
        log['event_data']['Data'] = e.unnamed
    if e.element:
        log['user_data'] = dict(xml_name=e.element, **e.user)
    return {'@timestamp': e.time, 'winlog': log, 'message': NOISE, 'host': {'name': 'collector'}}


def wazuh(e):
    system = known(providerName=e.provider, eventID=text(e.id), systemTime=e.time, eventRecordID=text(e.record),
                   processID=text(e.pid), channel=e.channel, computer=e.computer, message=NOISE)
    system.update({lower_first(k): text(v) for k, v in e.rest.items() if v is not None})
    win = {'system': system}
    if e.data or e.unnamed is not None:
        win['eventdata'] = {lower_first(k): v if isinstance(v, dict) else text(v) for k, v in e.data.items()}
    if e.unnamed is not None:
        win['eventdata']['data'] = e.unnamed
    if e.element:
        win[lower_first(e.element)] = {lower_first(k): v for k, v in e.user.items()}
    return {'timestamp': '2024-01-01T00:00:00.000+0000', 'rule': {'description': NOISE}, 'data': {'win': win}}


def velociraptor(e):
    seconds = datetime.datetime.fromisoformat(e.time.replace('Z', '+00:00')).timestamp()
    system = known(Provider=known(Name=e.provider, Guid=e.guid), TimeCreated={'SystemTime': seconds},
                   EventID=known(Value=e.id, Qualifiers=e.qualifiers), EventRecordID=e.record, Channel=e.channel,
                   Computer=e.computer, Execution=known(ProcessID=e.pid, ThreadID=e.tid),
                   Security=known(UserID=e.sid), **e.rest)
    out = {'System': system, 'Message': NOISE, 'OSPath': 'x'}
    if e.data or e.unnamed is not None:
        out['EventData'] = dict(e.data, **known(Data=e.unnamed))
    if e.element:
        out['UserData'] = {e.element: e.user}
    return out


def nxlog(e):
    out = known(EventTime=e.time[:19].replace('T', ' '), Hostname=e.computer, EventID=e.id, SourceName=e.provider,
                ProviderGuid=e.guid, Version=e.rest['Version'], Task=e.rest['Task'], OpcodeValue=e.rest['Opcode'],
                RecordNumber=e.record, ExecutionProcessID=e.pid, ExecutionThreadID=e.tid, Channel=e.channel,
                Message=NOISE, SourceModuleName='eventlog', UserID=e.sid, EventType='INFO')
    if e.rest['Keywords']:
        bits = int(e.rest['Keywords'], 16)
        out['Keywords'] = bits - (1 << 64) if bits >> 63 else bits
    if 'EventType' in e.data:
        out['EventTypeOrignal'] = 'INFO'
    out.update(known(Data=e.unnamed, **e.data))
    out.update(e.user)
    return out


def xml_element(name, v):
    if isinstance(v, list):
        return ''.join(xml_element(name, x) for x in v)
    inner, children, attributes = v, '', ''
    if isinstance(v, dict):
        inner = v.get('#text')
        attributes = ''.join(' %s=%s' % (k, quoteattr(text(x))) for k, x in (v.get('#attributes') or {}).items())
        children = ''.join(xml_element(k, x) for k, x in v.items() if k not in ('#text', '#attributes'))
    if isinstance(inner, list):
        return ''.join(xml_element(name, x) for x in inner)
    return '<%s%s>%s%s</%s>' % (name, attributes, escape(text(inner) or ''), children, name)


def splunk(e):
    data = ''
    for name, v in (e.raw.get('EventData') or {}).items():
        if name == 'Data' or isinstance(v, dict) and name != '#attributes':
            data += xml_element(name, v)
        elif v is not None and name != '#attributes':
            data += '<Data Name=%s>%s</Data>' % (quoteattr(name), escape(text(v)))
    body = xml_element('System', e.raw['System']) + '<EventData>' + data + '</EventData>'
    if e.element:
        body += xml_element('UserData', {e.element: e.user})
    raw = re.sub('[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]', '?', '<Event xmlns="u">' + body + '</Event>')
    return {'preview': False, 'result': {'_raw': raw, 'host': 'x', 'message': NOISE}}


def findings(spoor, folder, rules):
    out = folder + '.csv'
    subprocess.run([spoor, 'hunt', folder, '-r', rules, '-f', 'csv', '-o', out], stderr=subprocess.DEVNULL,
                   check=False)
    with open(out, encoding='utf-8') as f:
        return collections.Counter((r['rule_id'], r['event_id'], r['record_id'], r['host'].lower())
                                   for r in csv.DictReader(f))


def main():
    spoor, shared = sys.argv[1], os.environ.get('SPOOR_SHARED', '')
    dump, rules = os.path.join(shared, 'peers', 'evtx_dump'), os.path.join(shared, 'data', 'sigma')
    samples = sorted(glob.glob(os.path.join(shared, 'data', 'evtx', 'attack-samples', '**', '*.evtx'), recursive=True))
    if not samples or not os.path.isfile(dump) or not os.path.isdir(rules):
        print('1..1\nok 1 - shapes are alike # SKIP no shared evidence')
        return 0
    shapes = (winlogbeat, wazuh, velociraptor, nxlog, splunk)
    print('1..%d' % (len(shapes) + 1))
    bad = 0
    with tempfile.TemporaryDirectory() as tmp:
        for name in ['lines'] + [s.__name__ for s in shapes]:
            os.mkdir(os.path.join(tmp, name))
        for n, path in enumerate(samples):
            lines = subprocess.run([dump, '-t', '1', '-o', 'jsonl', path], stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL).stdout
            file = '%04d.jsonl' % n
            with open(os.path.join(tmp, 'lines', file), 'wb') as f:
                f.write(lines)
            events = [Event(json.loads(x)['Event']) for x in lines.decode().split('\n') if x.strip()]
            for shape in shapes:
                with open(os.path.join(tmp, shape.__name__, file), 'w', encoding='utf-8') as f:
                    f.writelines(json.dumps(shape(e)) + '\n' for e in events)
        want = findings(spoor, os.path.join(tmp, 'lines'), rules)
        good = sum(want.values()) > 1000
        bad += not good
        print('%sok 1 - evtx_dump lines: %d findings' % ('' if good else 'not ', sum(want.values())))
        for i, shape in enumerate(shapes, 2):
            got = findings(spoor, os.path.join(tmp, shape.__name__), rules)
            less, more = want - got, got - want
            bad += bool(less or more)
            print('%sok %d - %s: %d findings missing, %d more' % ('not ' if less or more else '', i, shape.__name__,
                                                                  sum(less.values()), sum(more.values())))
            for k in list(less)[:3] + list(more)[:3]:
                print('# %s' % (k,))
    return 1 if bad else 0


sys.exit(main())
