#!/usr/bin/env python3
"""For each log source of public rules that is not Windows': a log that a rule finds and one like it that it does not, through the
reader that takes it. A log source without a case fails. Prints TAP.

  sigma_sources.py SPOOR
"""
import json
import os
import subprocess
import sys
import tempfile

from common import SHARED, Tap, skip

RULES = os.path.join(SHARED, 'data', 'sigma')
T = '2024-04-18T02:14:07Z'
AT = 'Apr 18 10:14:13 srv '
# what rules call the log when spoor cannot know it: the user says so
SAID = 'user says'


def zeek(_path, **fields):
    return json.dumps(dict({'_path': _path, 'ts': 1713406447.5, 'uid': 'C1'}, **{k.replace('__', '.'): v for k, v in fields.items()}))


def access(request, agent='Mozilla/5.0', status=200):
    return '198.51.100.7 - - [18/Apr/2024:10:13:58 +0800] "%s HTTP/1.1" %d 512 "-" "%s"' % (request, status, agent)


def iis(stem, query, agent='Mozilla/5.0'):
    return ('#Software: Microsoft Internet Information Services 10.0\n#Fields: date time cs-method cs-uri-stem cs-uri-query c-ip cs(User-Agent) '
            'sc-status\n2024-04-18 02:14:07 GET %s %s 198.51.100.7 %s 200' % (stem, query, agent))


def httpproxy(stem, query):
    return ('#Software: Microsoft Exchange Server\n#Version: 15.02.0\n#Log-type: HttpProxy Logs\n#Date: 2024-04-18T02:14:07.000Z\n'
            '#Fields: DateTime,RequestId,Method,UrlHost,UrlStem,UrlQuery,UserAgent,ClientIpAddress,HttpStatus\n'
            '2024-04-18T02:14:07.000Z,r,POST,mail.example,%s,%s,Mozilla/5.0,198.51.100.7,200' % (stem, query))


def bluecoat(agent, path='/'):
    return ('#Software: SGOS 6.7\n#Fields: date time c-ip cs-method cs-host cs-uri-scheme cs-uri-port cs-uri-path cs-uri-query cs(User-Agent) sc-status\n'
            '2024-04-18 02:14:07 10.0.0.5 GET h.example http 80 %s - "%s" 200' % (path, agent))


def squid(url):
    return '1713406447.123    341 10.0.0.5 TCP_MISS/200 1790 GET %s - HIER_DIRECT/203.0.113.9 text/html' % url


def squid_combined(agent):
    return access('GET http://h.example/', agent) + ' TCP_MISS:HIER_DIRECT'


def zscaler(agent):
    return ('2024-04-18 02:14:07\taction=Allowed\trequestmethod=GET\tuseragent=%s\tproduct=NSS\tClientIP=10.0.0.5\turl=h.example/' % agent)


def skyhigh(agent):
    return ('[18/Apr/2024:10:13:58 +0800] "u" 10.0.0.5 200 "GET http://h.example/ HTTP/1.1" "c" "r" "a/b" 512 80 "%s" "" "0" "x"' % agent)


def audit(*records):
    return '\n'.join('type=%s msg=audit(1713406447.123:42): %s' % r for r in records)


def execve(exe, *argv):
    return audit(('SYSCALL', 'arch=c000003e syscall=59 success=yes exit=0 pid=7 uid=33 auid=33 ses=1 comm="x" exe="%s"' % exe),
                 ('EXECVE', 'argc=%d ' % len(argv) + ' '.join('a%d="%s"' % a for a in enumerate(argv))),
                 ('PROCTITLE', 'proctitle=' + '\0'.join(argv).encode().hex().upper()))


def linux_sysmon(event_id, **fields):
    """Sysmon for Linux, as syslog that a workspace has exported: events as Windows writes them."""
    data = ''.join('<Data Name="%s">%s</Data>' % kv for kv in fields.items())
    return json.dumps({'TimeGenerated': T, 'Computer': 'h', 'HostName': 'h', 'ProcessName': 'sysmon', 'Type': 'Syslog', 'SyslogMessage':
                       '<Event><System><Provider Name="Linux-Sysmon" Guid="{ff032593-a8d3-4f13-b0d6-01fc615a0f97}"/><EventID>%d</EventID>'
                       '<TimeCreated SystemTime="2024-04-18T02:14:07.1Z"/><EventRecordID>1</EventRecordID><Channel>Linux-Sysmon/Operational</Channel>'
                       '<Computer>h</Computer></System><EventData>%s</EventData></Event>' % (event_id, data)})


def sockaddr(ip, port):
    saddr = '0200%04X%s0000000000000000' % (port, ''.join('%02X' % int(x) for x in ip.split('.')))
    return audit(('SYSCALL', 'arch=c000003e syscall=42 success=yes exit=0 pid=7 uid=33 auid=33 ses=1 comm="bash" exe="/usr/bin/bash"'),
                 ('SOCKADDR', 'saddr=' + saddr))


def created(path):
    return audit(('SYSCALL', 'arch=c000003e syscall=257 success=yes exit=3 pid=7 uid=33 auid=33 ses=1 comm="sh" exe="/bin/sh"'),
                 ('CWD', 'cwd="/"'), ('PATH', 'item=0 name="%s" inode=5 nametype=CREATE' % path))


def cloudtrail(name):
    return json.dumps({'eventVersion': '1.08', 'eventTime': T, 'eventSource': 'cloudtrail.amazonaws.com', 'eventName': name, 'awsRegion': 'r'})


def azure(category, **more):
    return json.dumps(dict({'time': T, 'resourceId': '/s', 'category': category}, **more))


def graph(code):
    return json.dumps({'createdDateTime': T, 'userPrincipalName': 'a', 'appDisplayName': 'x', 'ipAddress': '198.51.100.7', 'status': {'errorCode': code}})


def risk(kind):
    return json.dumps({'id': 'r1', 'riskEventType': kind, 'riskState': 'atRisk', 'riskLevel': 'high', 'detectedDateTime': T, 'activityDateTime': T,
                       'userPrincipalName': 'a@example.org'})


def gcp(method, **payload):
    return json.dumps({'logName': 'l', 'timestamp': T, 'protoPayload': dict(
        {'@type': 'type.googleapis.com/google.cloud.audit.AuditLog', 'methodName': method}, **payload)})


def workspace(application, name):
    return json.dumps({'kind': 'admin#reports#activity', 'id': {'time': T, 'uniqueQualifier': '1', 'applicationName': application},
                       'eventService': 'admin.googleapis.com', 'events': [{'type': 't', 'name': name}]})


def m365(workload, operation, status='Success'):
    return json.dumps({'CreationTime': '2024-04-18T02:14:07', 'Id': 'i', 'Operation': operation, 'OrganizationId': 'o', 'RecordType': 1,
                       'ResultStatus': status, 'UserKey': 'k', 'UserType': 0, 'Version': 1, 'Workload': workload, 'UserId': 'a@example.org'})


def alert(workload, name, status='Success'):
    return json.dumps(dict(json.loads(m365(workload, 'AlertTriggered', status)), Name=name))


def kube(verb, **ref):
    return json.dumps({'kind': 'Event', 'apiVersion': 'audit.k8s.io/v1', 'auditID': 'a', 'stage': 'ResponseComplete', 'verb': verb,
                       'objectRef': ref, 'requestReceivedTimestamp': T})


def app(message, **more):
    """An application's log as JSON lines."""
    return json.dumps(dict({'timestamp': T, 'level': 'ERROR', 'message': message}, **more))


WEB_TRAVERSAL, WEB_CITRIX = '7745c2ea-24a5-4290-b680-04359cb84b35', 'ac5a6409-8c89-44c2-8d64-668c29a2d756'
PROXY_AGENT, CLEARTEXT, FLOW = ('c42a3073-30fb-48ae-8c99-c23ada84b103', 'd7fb8f0e-bd5f-45c2-b467-19571c490d7e',
                                '7e4bfe58-4a47-4709-828d-d86c78b7cc1f')
SIGNIN = '2b7d6fc0-71ac-4cf7-8ed1-b5788ee5257a'
TRAVERSAL = '/x?f=../../../../etc/passwd'
# log source (product, category, service), rule, what it finds, what it does not, SAID
CASES = (
    ('aws--cloudtrail', '4db60cc0-36fb-42b7-9b58-a5b53019fb74', cloudtrail('StopLogging'), cloudtrail('StartLogging')),
    ('azure--activitylogs', '512cf937-ea9b-4332-939c-4c2c94baadcd',
     azure('Administrative', operationName='MICROSOFT.NETWORK/AZUREFIREWALLS/DELETE'),
     azure('Administrative', operationName='MICROSOFT.NETWORK/AZUREFIREWALLS/READ')),
    ('azure--auditlogs', '0b4b72e3-4c53-4d5b-b198-2c58cfef39a9',
     azure('AuditLogs', operationName='x', Status='failure', properties={'message': 'Invite external user'}),
     azure('AuditLogs', operationName='x', Status='success', properties={'message': 'Invite external user'})),
    ('azure--pim', 'e402c26a-267a-45bd-9615-bd9ceda6da85', risk('staleSignInAlertIncident'), risk('other')),
    ('azure--riskdetection', '6555754e-5e7f-4a67-ad1c-4041c413a007', risk('anomalousToken'), risk('other')),
    ('azure--signinlogs', '2b7d6fc0-71ac-4cf7-8ed1-b5788ee5257a', azure('SignInLogs', operationName='Sign-in activity', ResultType='50053'),
     azure('SignInLogs', operationName='Sign-in activity', ResultType='0')),
    ('bitbucket--audit', '195e1b9d-bfc2-4ffa-ab4e-35aef69815f8',
     json.dumps({'timestamp': T, 'auditType': {'category': 'Data pipeline', 'action': 'Full data export triggered'}, 'author': {'name': 'a'}}),
     json.dumps({'timestamp': T, 'auditType': {'category': 'Data pipeline', 'action': 'Other'}, 'author': {'name': 'a'}})),
    ('cisco--aaa', '9e8f6035-88bf-4a63-96b6-b17c0508257e',
     "Apr 18 2024 10:14:13 asa01 : %ASA-5-111008: User 'admin' executed the 'no logging on' command.",
     "Apr 18 2024 10:14:13 asa01 : %ASA-5-111008: User 'admin' executed the 'show version' command."),
    ('cisco--bgp', '56fa3cd6-f8d6-4520-a8c7-607292971886',
     'Apr 18 2024 10:14:13 r1 : %TCP-6-BADAUTH: No MD5 digest from 192.0.2.9:179 IP-TCP-3-BADAUTH',
     'Apr 18 2024 10:14:13 r1 : %TCP-6-BADAUTH: No MD5 digest from 192.0.2.9:180 IP-TCP-3-BADAUTH'),
    ('cisco--duo', '6f7e1c10-2dc9-4312-adb6-9574ff09a5c8',
     json.dumps({'txid': 't', 'isotimestamp': T, 'timestamp': 1713406447, 'event_type': 'authentication', 'factor': 'bypass_code', 'reason': 'bypass_user',
                 'result': 'success', 'access_device': {'ip': '198.51.100.7'}, 'auth_device': {'name': 'n'}, 'application': {}, 'user': {}}),
     json.dumps({'txid': 't', 'isotimestamp': T, 'timestamp': 1713406447, 'event_type': 'authentication', 'factor': 'bypass_code', 'reason': 'valid_passcode',
                 'result': 'success', 'access_device': {'ip': '198.51.100.7'}, 'auth_device': {'name': 'n'}, 'application': {}, 'user': {}})),
    ('cisco--ldp', '50e606bf-04ce-4ca7-9d54-3449494bbd4b',
     'Apr 18 2024 10:14:13 r1 : %LDP-5-SOCKET_TCP_PACKET_MD5_AUTHEN_FAIL: LDP SOCKET_TCP_PACKET_MD5_AUTHEN_FAIL',
     'Apr 18 2024 10:14:13 r1 : %LDP-5-NBRCHG: LDP Neighbor 192.0.2.9:0 is UP'),
    ('cisco--syslog', '2ece8816-b7a0-4d9b-b0e8-ae7ad18bc02b',
     'Apr 18 2024 10:14:13 r1 : %SEC_LOGIN-5-WEBLOGIN_SUCCESS: Login Success [user: cisco_support] [Source: 198.51.100.7] at 10:14:13',
     'Apr 18 2024 10:14:13 r1 : %SEC_LOGIN-5-WEBLOGIN_SUCCESS: Login Success [user: operator] [Source: 198.51.100.7] at 10:14:13'),
    ('django-application-', 'fd435618-981e-4a7c-81f8-f78ce480d616', app('django.core.exceptions.SuspiciousOperation: Invalid HTTP_HOST'),
     app('GET / 200'), SAID),
    ('fortigate--event', 'cd0a4943-0edd-42cf-b50c-06f77a10d4c1',
     'date=2024-04-18 time=10:14:13 devname="FG1" devid="FGT60" logid="0100044547" type="event" action="Add" cfgpath="system.admin"',
     'date=2024-04-18 time=10:14:13 devname="FG1" devid="FGT60" logid="0100044547" type="event" action="Edit" cfgpath="system.admin"'),
    ('fortios--sslvpnd', '293ccb8c-bed8-4868-8296-bef30e303b7e', app('created /data/lib/libips.bak'), app('created /data/lib/libips.so'), SAID),
    ('gcp--gcp.audit', '2f0bae2d-bf20-4465-be86-1311addebaa3', gcp('io.k8s.core.v1.secrets.delete'), gcp('io.k8s.core.v1.pods.list')),
    ('gcp--google_workspace.admin', '6aef64e3-60c6-4782-8db3-8448759c714e', workspace('admin', 'DELETE_ROLE'), workspace('admin', 'CREATE_ROLE')),
    ('gcp--google_workspace.login', 'eafe6f2b-cfec-4612-aec2-49563c33a087',
     gcp('google.login.LoginService.x', serviceName='login.googleapis.com', metadata={'event': [{'eventName': 'gov_attack_warning'}]}),
     gcp('google.login.LoginService.x', serviceName='login.googleapis.com', metadata={'event': [{'eventName': 'login_success'}]})),
    ('github--audit', '16a71777-0b2e-4db7-9888-9d59cb75200b',
     json.dumps({'@timestamp': 1713406447000, '_document_id': 'd', 'action': 'repo.destroy', 'actor': 'a', 'org': 'o'}),
     json.dumps({'@timestamp': 1713406447000, '_document_id': 'd', 'action': 'repo.create', 'actor': 'a', 'org': 'o'})),
    ('huawei--bgp', 'a557ffe6-ac54-43d2-ae69-158027082350',
     'Apr 18 2024 10:14:13 r %%01BGP/3/BGP_AUTH_FAILED(l)[7]:BGP session authentication failed. (Peer=192.0.2.9:179, Reason=BGP_AUTH_FAILED)',
     'Apr 18 2024 10:14:13 r %%01BGP/3/BGP_AUTH_FAILED(l)[7]:failed. (Peer=192.0.2.9:180)'),
    ('juniper--bgp', 'a7c0ae48-8df8-42bf-91bd-2ea57e2f9d43', AT + 'rpd[1442]: tcp_auth_ok: Packet from 192.0.2.9:179 missing MD5 digest',
     AT + 'rpd[1442]: bgp_recv: peer 192.0.2.9:179 closed', SAID),
    ('jvm-application-', 'bb0e9cec-d4da-46f5-997f-22efc59f3dca',
     '18-Apr-2024 10:14:13.123 SEVERE [main] org.apache.catalina.core.X.y Error com.sun.jndi.ldap.LdapCtx',
     '18-Apr-2024 10:14:13.123 INFO [main] org.apache.catalina.core.X.y Server startup in 12 ms'),
    ('kubernetes-application-audit', '40967487-139b-4811-81d9-c9767a92aa5a', kube('delete', resource='deployments'),
     kube('get', resource='deployments')),
    ('kubernetes--audit', 'eed82177-38f5-4299-8a76-098d50d225ab',
     kube('create', resource='mutatingwebhookconfigurations', apiGroup='admissionregistration.k8s.io'),
     kube('list', resource='mutatingwebhookconfigurations', apiGroup='admissionregistration.k8s.io')),
    ('linux-file_event-', 'fb96c26c-9f85-4ae7-af0d-ed1ed1f1f5ce', created('/usr/lib/python3.11/site-packages/a.pth'),
     created('/usr/lib/python3.11/site-packages/a.py')),
    ('linux-network_connection-', '83dcd9f6-9ca8-4af7-a16e-a1c7a6b51871', sockaddr('203.0.113.9', 443), sockaddr('127.0.0.1', 443)),
    ('linux-process_creation-', 'e2072cab-8c9a-459b-b63c-40ae79e27031', execve('/usr/bin/base64', 'base64', '-d'),
     execve('/usr/bin/base64', 'base64', '-w0')),
    ('linux--auditd', '9d4548fa-bba0-4e88-bd66-5d5bf516cda0', execve('/bin/cp', 'cp', '/bin/sh', '/tmp/crond'),
     execve('/bin/cp', 'cp', '/bin/sh', '/tmp/cron')),
    ('linux--auth', '0506a799-698b-43b4-85a1-ac4c84c720e9',
     AT + 'pkexec[7]: a: The value for environment variable XAUTHORITY contains suspicious content [USER=root] [TTY=/dev/pts/0] [CWD=/]',
     AT + 'pkexec[7]: a: Executing command [USER=root] [TTY=/dev/pts/0] [CWD=/]'),
    ('linux--clamav', '36aa86ca-fd9d-4456-814e-d3b1b8e1e0bb', AT + 'clamd[7]: /srv/a.php: Webshell.PHP.1 FOUND', AT + 'clamd[7]: /srv/a.php: OK'),
    ('linux--cron', 'af202fd3-7bff-4212-a25a-fb34606cfcbe', AT + 'crontab[7]: (root) REPLACE (root)', AT + 'CRON[7]: (root) CMD (run-parts /etc/cron.hourly)'),
    ('linux--guacamole', '1edd77db-0669-4fef-9598-165bda82826d',
     AT + 'guacd[7]: User "@a" joined connection "$b" (2 users now present)', AT + 'guacd[7]: User "@a" joined connection "$b" (1 users now present)'),
    ('linux--sshd', '8b244735-5833-4517-a45b-28d8c63924c0', AT + 'sshd[7]: Failed to generate curve25519 keys',
     AT + 'sshd[7]: Failed password for root from 198.51.100.7 port 1 ssh2'),
    ('linux--sudo', '7fcc54cb-f27d-4684-84b7-436af096f858', AT + 'sudo:  a : TTY=pts/0 ; PWD=/ ; USER=#-1 ; COMMAND=/bin/sh',
     AT + 'sudo:  a : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/sh'),
    ('linux--syslog', 'c8e35e96-19ce-4f16-aeb6-fd5588dc5365', AT + 'named[7]: client 198.51.100.7#53 denied AXFR from x exiting (due to fatal error)',
     AT + 'named[7]: running'),
    ('linux--vsftpd', '377f33a1-4b36-4ee1-acee-1dbe4b43cfbe',
     'Thu Apr 18 10:14:13 2024 [pid 7] [ftp] FTP response: Client "198.51.100.7", "500 Input line too long."',
     'Thu Apr 18 10:14:13 2024 [pid 7] CONNECT: Client "198.51.100.7"'),
    ('linux--', '18b042f0-2ecd-4b6e-9f8d-aa7a7e7de781', AT + 'kernel: a[7]: stack smashing detected', AT + 'kernel: a[7]: segfault at 0'),
    ('m365--audit', '60de9b57-dc4d-48b9-a6a0-b39e0469f876', m365('AzureActiveDirectory', 'Disable Strong Authentication.'),
     m365('AzureActiveDirectory', 'Enable Strong Authentication.')),
    ('m365--exchange', '42127bdd-9133-474f-a6f1-97b6c08a4339', m365('Exchange', 'Add-FederatedDomain'), m365('Exchange', 'Get-FederatedDomain')),
    ('m365--threat_detection', 'a3501e8e-af9e-43c6-8cd6-9360bdaae498', alert('SecurityComplianceCenter', 'Activity from suspicious IP addresses'),
     alert('SecurityComplianceCenter', 'Activity from suspicious IP addresses', 'Failed')),
    ('m365--threat_management', '2e669ed8-742e-4fe5-b3c4-5a59b486c2ee', alert('SecurityComplianceCenter', 'Activity performed by terminated user'),
     alert('Exchange', 'Activity performed by terminated user')),
    ('macos-file_event-', '4f394635-13ef-4599-b677-3353e0f84f55', app('', TargetFilename='/opt/lib/python3.11/site-packages/a.pth'),
     app('', TargetFilename='/opt/lib/python3.11/site-packages/a.py'), SAID),
    ('macos-process_creation-', '719c22d7-c11a-4f2c-93a6-2cfdd5412f68', app('', Image='/usr/bin/base64', CommandLine='base64 -d a'),
     app('', Image='/usr/bin/base64', CommandLine='base64 a'), SAID),
    ('nodejs-application-', '97661d9d-2beb-4630-b423-68985291a8af', app("require('node:child_process')"), app("require('node:fs')"), SAID),
    ('okta--okta', '50e068d7-1e6b-4054-87e5-0a592c40c7e0',
     json.dumps({'uuid': 'u', 'published': T, 'eventType': 'user.mfa.factor.deactivate', 'actor': {'alternateId': 'a'}}),
     json.dumps({'uuid': 'u', 'published': T, 'eventType': 'user.session.start', 'actor': {'alternateId': 'a'}})),
    ('onelogin--onelogin.events', '62fff148-278d-497e-8ecd-ad6083231a35',
     json.dumps({'id': 1, 'created_at': T, 'account_id': 2, 'user_id': 3, 'event_type_id': 3, 'actor_user_id': 4}),
     json.dumps({'id': 1, 'created_at': T, 'account_id': 2, 'user_id': 3, 'event_type_id': 5, 'actor_user_id': 4})),
    ('opencanary-application-', '6991bc2b-ae2e-447f-bc55-3a1ba04c14e5',
     json.dumps({'dst_host': '10.0.0.1', 'dst_port': 21, 'local_time': '2024-04-18 02:14:07.1', 'utc_time': '2024-04-18 02:14:07.1', 'logdata': {},
                 'logtype': 2000, 'node_id': 'n', 'src_host': '10.0.0.2', 'src_port': 5}),
     json.dumps({'dst_host': '10.0.0.1', 'dst_port': 21, 'local_time': '2024-04-18 02:14:07.1', 'utc_time': '2024-04-18 02:14:07.1', 'logdata': {},
                 'logtype': 1001, 'node_id': 'n', 'src_host': '10.0.0.2', 'src_port': 5})),
    ('paloalto-appliance-globalprotect', 'f130a5f1-73ba-42f0-bf1e-b66a8361cb8f', app('failed to unmarshal session(../../x) map , EOF'),
     app('failed to unmarshal session(01234567-89ab) map , EOF'), SAID),
    ('paloalto-file_event-globalprotect', 'bcd95697-e3e7-4c6f-8584-8e3503e6929f', app('', TargetFilename='/opt/panlogs/tmp/device_telemetry/hour/`curl${IFS}x`'),
     app('', TargetFilename='/opt/panlogs/tmp/device_telemetry/hour/1'), SAID),
    ('python-application-', '19aefed0-ffd4-47dc-a7fc-f8b1425e84f9', app('sqlite3.OperationalError: near "x"'), app('ValueError: x'), SAID),
    ('qualys--', '6b2066c8-3dc7-4db7-9db0-6cc1d7b0dde9',
     app('', event={'category': 'Security Policy'}, host={'scan': {'vuln_name': 'Firewall Product Not Detected'}}),
     app('', event={'category': 'Security Policy'}, host={'scan': {'vuln_name': 'Other'}}), SAID),
    ('rpc_firewall-application-', '0fcd1c79-4eeb-4746-aba9-1b458f7a79cb',
     app('', EventLog='RPCFW', EventID=3, InterfaceUuid='1ff70682-0a51-30e8-076d-740be8cee98b', OpNum=0),
     app('', EventLog='RPCFW', EventID=3, InterfaceUuid='1ff70682-0a51-30e8-076d-740be8cee98b', OpNum=7), SAID),
    ('ruby_on_rails-application-', '0d2c3d4c-4b48-4ac3-8f23-ea845746bb1a', app('ActionController::BadRequest (x)'), app('Completed 200 OK'), SAID),
    ('spring-application-', 'ae48ab93-45f7-4051-9dfe-5d30a3f78e33',
     '2024-04-18T10:14:13.123Z ERROR 7 --- [nio-8080-exec-1] o.s.s.X : org.springframework.security.AccessDeniedException: Denied',
     '2024-04-18T10:14:13.123Z  INFO 7 --- [nio-8080-exec-1] o.s.s.X : Started in 2 seconds'),
    ('sql-application-', '8a670c6d-7189-4b1c-8017-a417ca84a086', app('You have an error in your SQL syntax near x'), app('Query OK'), SAID),
    ('velocity-application-', '16c86189-b556-4ee8-b4c7-7e350a195a4f', app('org.apache.velocity.exception.ParseErrorException'), app('rendered'), SAID),
    ('zeek--dce_rpc', '4096842a-8f9f-4d36-92b4-d0b2a62f9b2a', zeek('dce_rpc', operation='EfsRpcOpenFileRaw', endpoint='efsrpc'),
     zeek('dce_rpc', operation='NetrShareEnum', endpoint='srvsvc')),
    ('zeek--dns', 'a8322756-015c-42e7-afb1-436e85ed3ff5', zeek('dns', query='a.onion.link'), zeek('dns', query='a.example')),
    ('zeek--http', '705072a5-bb6f-4ced-95b6-ecfa6602090b', zeek('http', method='PUT', user_agent='Microsoft-WebDAV-MiniRedir', id__resp_h='203.0.113.9'),
     zeek('http', method='PUT', user_agent='Microsoft-WebDAV-MiniRedir', id__resp_h='10.0.0.9')),
    ('zeek--kerberos', '503fe26e-b5f2-4944-a126-eab405cc06e5', zeek('kerberos', request_type='TGS', cipher='rc4-hmac', service='HTTP/x'),
     zeek('kerberos', request_type='TGS', cipher='aes256-cts-hmac-sha1-96', service='HTTP/x')),
    ('zeek--rdp', '1fc0809e-06bf-4de3-ad52-25e5263b7623', zeek('rdp', id__orig_h='198.51.100.7'), zeek('rdp', id__orig_h='10.0.0.7')),
    ('zeek--smb_files', 'f1b3a22a-45e6-4004-afb5-4291f9c21166', zeek('smb_files', path='\\\\10.0.0.9\\IPC$', name='x-stdin'),
     zeek('smb_files', path='\\\\10.0.0.9\\C$', name='x-stdin')),
    ('zeek--x509', '7100f7e3-92ce-4584-b7b7-01b40d3d4118', zeek('x509', certificate__serial='8BB00EE'), zeek('x509', certificate__serial='8BB00EF')),
    ('-antivirus-', 'fdf135a2-9241-4f96-a114-bb404948f736', app('', Signature='PHP.Webshell-1'), app('', Signature='EICAR'), SAID),
    ('-database-', 'd84c0ded-edd7-4123-80ed-348bb3ccc4d5', app('drop table users'), app('select 1'), SAID),
    ('-dns-', '2975af79-28c4-4d2f-a951-9095f229df29', AT + 'dnsmasq[1]: query[A] aaa.stage.1.example from 10.0.0.1',
     AT + 'dnsmasq[1]: query[A] www.example from 10.0.0.1'),
    ('-firewall-', CLEARTEXT, AT + 'src_ip=10.0.0.1 dst_ip=203.0.113.9 dst_port=23 action=accept',
     AT + 'src_ip=10.0.0.1 dst_ip=203.0.113.9 dst_port=22 action=accept'),
    ('-proxy-', PROXY_AGENT, bluecoat('Mozilla/5.0 dirbuster'), bluecoat('Mozilla/5.0 Firefox')),
    ('-webserver-', WEB_TRAVERSAL, access('GET ' + TRAVERSAL), access('GET /x?f=../../etc/passwd')),
    ('--apache', '1da8ce0b-855d-4004-8860-7d64d42063b1',
     '[Thu Apr 18 10:14:13.123456 2024] [core:notice] [pid 7] AH00052: child pid 8 exit signal Segmentation Fault (11)',
     '[Thu Apr 18 10:14:13.123456 2024] [core:notice] [pid 7] AH00094: Command line: apache2'),
    ('--netflow', FLOW, 'src_ip,dst_ip,src_port,dst_port,bytes,start\n10.0.0.1,203.0.113.9,5000,3306,10,2024-04-18T02:14:07Z',
     'src_ip,dst_ip,src_port,dst_port,bytes,start\n10.0.0.1,203.0.113.9,3306,443,10,2024-04-18T02:14:07Z'),
    ('--nginx', '59ec40bb-322e-40ab-808d-84fa690d7e56', '2024/04/18 10:14:13 [alert] 7#7: worker process 8 exited on signal 6 (core dumped)',
     '2024/04/18 10:14:13 [notice] 7#7: worker process 8 exited with code 0'),
)
# the same for logs that rules know under names which the logs do not have
MORE = (
    ('IIS, a path', WEB_CITRIX, iis('/a/../vpns/x', '-'), iis('/a/vpns/x', '-')),
    ('IIS, a query', WEB_TRAVERSAL, iis('/x', 'f=../../../../etc/passwd'), iis('/x', 'f=passwd')),
    ('Exchange HttpProxy', '992be1eb-e5da-437e-9a54-6d13b57bb4d8', httpproxy('/autodiscover/autodiscover.json', '@x.example/powershell/'),
     httpproxy('/owa/', '-')),
    ('access log, a path', WEB_CITRIX, access('GET /a/../vpns/x'), access('GET /a/vpns/x')),
    ('Zeek as a web server', WEB_TRAVERSAL, zeek('http', method='GET', uri=TRAVERSAL), zeek('http', method='GET', uri='/x')),
    ('Zeek as a proxy', PROXY_AGENT, zeek('http', method='GET', user_agent='a dirbuster b'), zeek('http', method='GET', user_agent='a b')),
    ('Sysmon for Linux, a process', 'e2072cab-8c9a-459b-b63c-40ae79e27031', linux_sysmon(1, Image='/usr/bin/base64', CommandLine='base64 -d a'),
     linux_sysmon(5, Image='/usr/bin/base64', CommandLine='base64 -d a')),
    ('Sysmon for Linux, a file', 'fb96c26c-9f85-4ae7-af0d-ed1ed1f1f5ce',
     linux_sysmon(11, Image='/bin/sh', TargetFilename='/usr/lib/python3.11/site-packages/a.pth'),
     linux_sysmon(11, Image='/bin/sh', TargetFilename='/usr/lib/python3.11/site-packages/a.py')),
    ('Sysmon for Linux, a connection', '83dcd9f6-9ca8-4af7-a16e-a1c7a6b51871', linux_sysmon(3, Image='/usr/bin/bash', DestinationIp='203.0.113.9'),
     linux_sysmon(3, Image='/usr/bin/bash', DestinationIp='127.0.0.1')),
    ('Azure sign-in, Log Analytics', SIGNIN, json.dumps({'Type': 'SigninLogs', 'TimeGenerated': T, 'ResultType': '50053', 'UserPrincipalName': 'a'}),
     json.dumps({'Type': 'SigninLogs', 'TimeGenerated': T, 'ResultType': '0', 'UserPrincipalName': 'a'})),
    ('Azure sign-in, Graph', SIGNIN, graph(50053), graph(0)),
    ('Azure audit, Log Analytics', '0b4b72e3-4c53-4d5b-b198-2c58cfef39a9',
     json.dumps({'Type': 'AuditLogs', 'TimeGenerated': T, 'OperationName': 'Invite external user', 'Result': 'failure'}),
     json.dumps({'Type': 'AuditLogs', 'TimeGenerated': T, 'OperationName': 'Invite external user', 'Result': 'success'})),
    ('Azure audit, Graph', '0b4b72e3-4c53-4d5b-b198-2c58cfef39a9',
     json.dumps({'activityDateTime': T, 'activityDisplayName': 'Invite external user', 'loggedByService': 'Core Directory', 'result': 'failure'}),
     json.dumps({'activityDateTime': T, 'activityDisplayName': 'Update user', 'loggedByService': 'Core Directory', 'result': 'failure'})),
    ('Azure activity, Log Analytics', '512cf937-ea9b-4332-939c-4c2c94baadcd',
     json.dumps({'Type': 'AzureActivity', 'TimeGenerated': T, 'OperationNameValue': 'MICROSOFT.NETWORK/AZUREFIREWALLS/DELETE'}),
     json.dumps({'Type': 'AzureActivity', 'TimeGenerated': T, 'OperationNameValue': 'MICROSOFT.NETWORK/AZUREFIREWALLS/READ'})),
    ('Squid, an address', 'b494b165-6634-483d-8c47-2026a6c52372', squid('http://api.telegram.org/bot1/x'), squid('http://example.org/bot1/x')),
    ('Squid, combined', PROXY_AGENT, squid_combined('a dirbuster b'), squid_combined('a b')),
    ('Zscaler', PROXY_AGENT, zscaler('a dirbuster b'), zscaler('a b')),
    ('Skyhigh', PROXY_AGENT, skyhigh('a dirbuster b'), skyhigh('a b')),
)


def said(where):
    return ','.join('%s=%s' % (k, v) for k, v in zip(('product', 'category', 'service'), where) if v)


def parts(case):
    """'zeek--http': product, category, service. None of them has a hyphen."""
    return tuple(case[0].split('-'))


def where_of(gate):
    words = gate[len('logs of '):].split(' ')
    named = dict(zip(words[::2], words[1::2]))
    return tuple(named.get(k, '') for k in ('product', 'category', 'service'))


def hunt(spoor, tmp):
    """Files, log sources as the user says, findings."""
    options = []
    for i, case in enumerate(CASES + MORE):
        for n, content in enumerate(case[2:4]):
            with open(os.path.join(tmp, '%d-%d.log' % (i, n)), 'w', encoding='utf-8') as f:
                f.write(content + '\n')
        if SAID in case:
            options += ['--logsource', '*/%d-?.log=%s' % (i, said(parts(case)))]
    p = subprocess.run([spoor, 'hunt', tmp, '-r', RULES, '-f', 'jsonl', '--no-progress'] + options, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    found = {}
    for line in p.stdout.splitlines():
        f = json.loads(line)
        found.setdefault(os.path.basename(f['log.file.path']), set()).add(f['rule.id'])
    return found, p.stderr.decode(errors='replace')


def executable(spoor, tmp):
    """Log sources of rules that can be carried out, and how many rules each has."""
    p = subprocess.run([spoor, 'rules', 'stats', '-r', RULES, '--json'], stdout=subprocess.PIPE, check=True)
    gates = [g for g in json.loads(p.stdout)['gates'] if g['where'].startswith('logs of ')]
    return {where_of(g['where']): g['rules'] for g in gates if where_of(g['where'])[0] != 'windows'}


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    if not os.path.isdir(RULES):
        skip('no shared rules')
    tap = Tap()
    with tempfile.TemporaryDirectory() as tmp:
        found, errors = hunt(sys.argv[1], tmp)
        sources = executable(sys.argv[1], tmp)
    for i, case in enumerate(CASES + MORE):
        hit, miss = (found.get('%d-%d.log' % (i, n), set()) for n in (0, 1))
        lost = [line for line in errors.splitlines() if '/%d-0.log' % i in line or '/%d-1.log' % i in line]
        tap.ok(case[1] in hit, case[0] + ': found', '%s %s' % (hit, lost))
        tap.ok(case[1] not in miss, case[0] + ': not found in what is like it', miss)
    lost = [line for line in errors.splitlines() if tmp in line and ': assumed: ' not in line]
    tap.ok(not lost, 'every log was read', lost)
    missing = sorted(set(sources) - set(map(parts, CASES)))
    tap.ok(not missing, 'each log source of %d rules has a case' % sum(sources.values()), missing)
    return tap.end()


sys.exit(main())
