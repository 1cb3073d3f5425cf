#!/usr/bin/env python3
"""Public rules find what they are about in logs that come as JSON, whoever wrote them. Prints TAP.

  json_rules.py SPOOR
"""
import json
import os
import subprocess
import sys
import tempfile

from common import SHARED, Tap, skip

RULES = os.path.join(SHARED, 'data', 'sigma', 'rules')
T = '2024-04-18T02:14:07Z'
# what, events as the file holds them, id of a rule that must be found
CASES = (
    ('CloudTrail, a delivered file', {'Records': [{'eventVersion': '1.08', 'eventTime': T, 'eventSource': 'cloudtrail.amazonaws.com',
                                                   'eventName': 'StopLogging', 'awsRegion': 'r'}]},
     '4db60cc0-36fb-42b7-9b58-a5b53019fb74'),
    ('CloudTrail, looked up', {'Events': [{'EventId': 'e', 'CloudTrailEvent': json.dumps(
        {'eventVersion': '1.08', 'eventTime': T, 'eventSource': 'cloudtrail.amazonaws.com', 'eventName': 'StopLogging', 'awsRegion': 'r'})}]},
     '4db60cc0-36fb-42b7-9b58-a5b53019fb74'),
    ('Azure activity', {'records': [{'time': T, 'resourceId': '/s', 'category': 'Administrative',
                                     'operationName': 'MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/DELETE'}]},
     'd22b4df4-5a67-4859-a578-8c9a0b5af9df'),
    ('Google Cloud audit', [{'logName': 'l', 'timestamp': T, 'protoPayload': {
        '@type': 'type.googleapis.com/google.cloud.audit.AuditLog', 'methodName': 'io.k8s.core.v1.secrets.delete'}}],
     '2f0bae2d-bf20-4465-be86-1311addebaa3'),
    ('Okta', [{'uuid': 'u', 'published': T, 'eventType': 'user.mfa.factor.deactivate', 'actor': {'alternateId': 'a'}}],
     '50e068d7-1e6b-4054-87e5-0a592c40c7e0'),
    ('Kubernetes audit', {'kind': 'EventList', 'apiVersion': 'audit.k8s.io/v1', 'metadata': {}, 'items': [{
        'auditID': 'a', 'stage': 'ResponseComplete', 'verb': 'delete', 'objectRef': {'resource': 'events'},
        'requestReceivedTimestamp': T}]}, '3132570d-cab2-4561-9ea6-1743644b2290'),
    ('Zeek dns without its path', {'ts': 1713406447.5, 'uid': 'C1', 'id.orig_h': '10.0.0.1', 'trans_id': 7, 'query': 'a.onion',
                                   'Z': 0, 'rejected': False}, 'a8322756-015c-42e7-afb1-436e85ed3ff5'),
    ('nginx', {'msec': '1713406447.000', 'remote_addr': '10.0.0.1', 'request': 'GET /?x={{7*7}} HTTP/1.1', 'status': '200',
               'http_user_agent': 'sqlmap/1.0'}, '19aa4f58-94ca-45ff-bc34-92e533c0994a'),
    ('Apache', {'@timestamp': T, 'clientip': '10.0.0.1', 'verb': 'GET', 'request': '/', 'response': 200, 'agent': 'sqlmap/1.0'},
     '19aa4f58-94ca-45ff-bc34-92e533c0994a'),
)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    if not os.path.isdir(RULES):
        skip('no shared rules')
    tap = Tap()
    with tempfile.TemporaryDirectory() as tmp:
        for i, (_, content, _) in enumerate(CASES):
            with open(os.path.join(tmp, '%d.json' % i), 'w') as f:
                json.dump(content, f)
        p = subprocess.run([sys.argv[1], 'hunt', tmp, '-r', RULES, '-f', 'jsonl', '--no-progress'], stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE)
        found = [json.loads(x) for x in p.stdout.split(b'\n')[:-1]]
    for i, (what, _, rule) in enumerate(CASES):
        here = [f['rule.id'] for f in found if f['log.file.path'].endswith('/%d.json' % i)]
        tap.ok(rule in here, '%s: %s' % (what, rule), '%s %s' % (here, p.stderr[-300:]))
    return tap.end()


sys.exit(main())
