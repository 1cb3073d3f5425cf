#!/usr/bin/env python3
"""Public rules find what they are about in logs of network devices and services, and nothing beside it. Prints TAP.

  net_rules.py SPOOR
"""
import os
import sys

from common import SHARED, hunt_cases, skip

RULES = os.path.join(SHARED, 'data', 'sigma', 'rules', 'network')
ASA = 'Apr 18 2024 10:14:13 asa01 : %ASA-'
FORTI = 'date=2024-04-18 time=10:14:13 devname="FG1" devid="FGT60" logid="0100044547" '
PANOS = ('1,2024/04/18 10:14:12,0011C1,TRAFFIC,end,2561,2024/04/18 10:14:12,10.7.12.41,203.0.113.140,,,out,,,ftp,vsys1,trust,untrust,a,b,f,,'
         '1,1,51831,%d,0,0,0x0,tcp,%s,1,1,0,1')
BIND = '18-Apr-2024 10:14:11.201 queries: info: client @0x7f12 10.7.12.41#51234 (%s): query: %s IN A + (10.30.0.2)'
CLEARTEXT, B64, STAGE = ('d7fb8f0e-bd5f-45c2-b467-19571c490d7e', '4153a907-2451-4e4f-a578-c52bb6881432',
                         '2975af79-28c4-4d2f-a951-9095f229df29')
NO_LOGGING, BGP, LDP = ('9e8f6035-88bf-4a63-96b6-b17c0508257e', '56fa3cd6-f8d6-4520-a8c7-607292971886',
                        '50e606bf-04ce-4ca7-9d54-3449494bbd4b')
ADMIN, HUAWEI_BGP = 'cd0a4943-0edd-42cf-b50c-06f77a10d4c1', 'a557ffe6-ac54-43d2-ae69-158027082350'
DNS = '4/18/2024 8:31:12 AM 0FE0 PACKET  000002C53117D990 UDP Rcv 10.7.12.41      8a21   Q [0001   D   NOERROR] A      %s'
ANSWER = ('4/18/2024 8:31:12 AM 0FE0 PACKET  000002C53117D990 UDP Snd 10.7.12.41      8a21 R Q [8081   DR  NOERROR] TXT    (1)a(7)example(0)\n'
          'UDP response info at 000002C53117D990\n    ANSWER SECTION:\n      DATA   %s')
TXT = '8ae51330-899c-4641-8125-e39f2e07da72'
# what, line, rule, is it found?
CASES = (
    ('ASA, a command', ASA + "5-111008: User 'admin' executed the 'no logging on' command.", NO_LOGGING, True),
    ('ASA, another command', ASA + "5-111008: User 'admin' executed the 'show version' command.", NO_LOGGING, False),
    ('ASA, the words in a message', ASA + '6-999999: no logging', NO_LOGGING, False),
    ('IOS, a command', 'Apr 18 2024 10:14:13 r1 45: Apr 18 2024 10:14:13: %PARSER-5-CFGLOG_LOGGEDCMD: User:admin  logged command:no logging on',
     NO_LOGGING, True),
    ('ASA, FTP built', ASA + '6-302013: Built outbound TCP connection 1 for outside:203.0.113.140/21 (203.0.113.140/21) to '
     'inside:10.7.12.41/51831 (192.0.2.254/21911)', CLEARTEXT, True),
    ('ASA, HTTPS built', ASA + '6-302013: Built outbound TCP connection 1 for outside:203.0.113.140/443 (203.0.113.140/443) to '
     'inside:10.7.12.41/21 (192.0.2.254/21)', CLEARTEXT, False),
    ('ASA, FTP denied', ASA + '4-106023: Deny tcp src outside:198.51.100.23/51002 dst dmz:10.20.0.11/21 by access-group "x" [0x0, 0x0]',
     CLEARTEXT, False),
    ('PAN-OS allows', PANOS % (21, 'allow'), CLEARTEXT, True),
    ('PAN-OS denies', PANOS % (21, 'deny'), CLEARTEXT, False),
    ('FortiGate accepts', FORTI + 'type="traffic" srcip=10.0.0.1 dstip=203.0.113.9 dstport=23 action="accept"', CLEARTEXT, True),
    ('FortiGate accepts SSH', FORTI + 'type="traffic" srcip=10.0.0.1 dstip=203.0.113.9 dstport=22 action="accept"', CLEARTEXT, False),
    ('Huawei permits', 'Apr 18 2024 10:14:13 u %%01SECLOG/6/X(l): SourceIP=10.0.0.1,DestinationPort=23,Action=Permit', CLEARTEXT, True),
    ('Huawei denies', 'Apr 18 2024 10:14:13 u %%01SECLOG/6/X(l): SourceIP=10.0.0.1,DestinationPort=23,Action=Deny', CLEARTEXT, False),
    ('CEF', 'CEF:0|M|P|1|1|n|5|src=10.0.0.1 dst=203.0.113.9 dpt=3306 act=allow', CLEARTEXT, True),
    ('LEEF', 'LEEF:1.0|M|P|1|7|src=10.0.0.1\tdstPort=3306\taction=allow', CLEARTEXT, True),
    ('ufw', 'Apr 18 2024 10:14:13 gw kernel: [UFW ALLOW] IN=e OUT= SRC=198.51.100.23 DST=10.20.0.11 PROTO=TCP SPT=1 DPT=21', CLEARTEXT, True),
    ('ufw blocks', 'Apr 18 2024 10:14:13 gw kernel: [UFW BLOCK] IN=e OUT= SRC=198.51.100.23 DST=10.20.0.11 PROTO=TCP SPT=1 DPT=21',
     CLEARTEXT, False),
    ('any firewall', 'Apr 18 2024 10:14:13 fw src_ip=10.0.0.1 dst_ip=203.0.113.9 dst_port=23 action=accept', CLEARTEXT, True),
    ('FortiGate, an administrator', FORTI + 'type="event" action="Add" cfgpath="system.admin"', ADMIN, True),
    ('FortiGate, a change', FORTI + 'type="event" action="Edit" cfgpath="system.admin"', ADMIN, False),
    ('Huawei, BGP', 'Apr 18 2024 10:14:13 r %%01BGP/3/BGP_AUTH_FAILED(l)[7]:BGP session authentication failed. (Peer=192.0.2.9:179, '
     'Reason=BGP_AUTH_FAILED)', HUAWEI_BGP, True),
    ('Huawei, another port', 'Apr 18 2024 10:14:13 r %%01BGP/3/BGP_AUTH_FAILED(l)[7]:failed. (Peer=192.0.2.9:180)', HUAWEI_BGP, False),
    ('IOS, BGP', 'Apr 18 2024 10:14:13 r1 : %TCP-6-BADAUTH: No MD5 digest from 192.0.2.9:179 IP-TCP-3-BADAUTH', BGP, True),
    ('IOS, LDP', 'Apr 18 2024 10:14:13 r1 : %LDP-5-SOCKET_TCP_PACKET_MD5_AUTHEN_FAIL: LDP SOCKET_TCP_PACKET_MD5_AUTHEN_FAIL', LDP, True),
    ('BIND', BIND % ('aaa.stage.1.example', 'aaa.stage.1.example'), STAGE, True),
    ('BIND, another name', BIND % ('bbb.stage.1.example', 'bbb.stage.1.example'), STAGE, False),
    ('BIND, base 64', BIND % ('aGVsbG8==.example', 'aGVsbG8==.example'), B64, True),
    ('Windows DNS', DNS % '(3)aaa(5)stage(1)1(7)example(0)', STAGE, True),
    ('Windows DNS, another name', DNS % '(3)bbb(5)stage(1)1(7)example(0)', STAGE, False),
    ('Windows DNS, an answer', ANSWER % 'IEX (a)', TXT, True),
    ('Windows DNS, another answer', ANSWER % 'v=spf1', TXT, False),
    ('dnsmasq', 'Apr 18 2024 10:14:13 srv dnsmasq[1]: query[A] aaa.stage.1.example from 10.0.0.1', STAGE, True),
    ('dnsmasq, another name', 'Apr 18 2024 10:14:13 srv dnsmasq[1]: query[A] www.example from 10.0.0.1', STAGE, False),
)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    if not os.path.isdir(RULES):
        skip('no shared rules')
    return hunt_cases(sys.argv[1], CASES, RULES)


sys.exit(main())
