#!/usr/bin/env python3
"""Incidents of recordings made by others: who was reached from where, by what means. Prints TAP.

  story_real.py SPOOR RULES

What is expected was read from the recordings by hand. A recording of a query, or of a call of which the hosts log
nothing, must give no incident."""
import json
import sys
import tempfile

from common import *

SETS = os.path.join(SHARED, 'data', 'security-datasets')
MOVES = 'atomic/windows/lateral_movement/host/'

# recording, hosts under control, (from, to, by) or None
TOLD = (
    (MOVES + 'covenant_copy_smb_CreateRequest', {'WORKSTATION6'}, ('WORKSTATION5', 'WORKSTATION6', 'remote-copy')),
    (MOVES + 'covenant_psremoting_grunt', {'HR001'}, ('IT001', 'HR001', 'winrm')),
    (MOVES + 'covenant_wmi_remote_event_subscription_ActiveScriptEventConsumers', {'WORKSTATION6'},
     ('WORKSTATION5', 'WORKSTATION6', None)),
    (MOVES + 'empire_psexec_dcerpc_tcp_svcctl', {'WORKSTATION6'}, ('WORKSTATION5', 'WORKSTATION6', 'remote-service')),
    (MOVES + 'empire_smbexec_dcerpc_smb_svcctl', {'WORKSTATION6'}, ('WORKSTATION5', 'WORKSTATION6', 'remote-service')),
    (MOVES + 'empire_wmi_dcerpc_wmi_IWbemServices_ExecMethod', {'WORKSTATION6'}, ('WORKSTATION5', 'WORKSTATION6', 'wmi')),
    (MOVES + 'empire_wmic_add_user_backdoor', {'WORKSTATION6'}, ('WORKSTATION5', 'WORKSTATION6', 'wmi')),
    (MOVES + 'purplesharp_ad_playbook_I', {'MORDORDC'}, ('WORKSTATION5', 'MORDORDC', 'winrm')),
    (MOVES + 'schtask_create', {'WORKSTATION6'}, ('WORKSTATION5', 'WORKSTATION6', 'remote-task')),
    (MOVES + 'schtask_modification', {'WORKSTATION6'}, ('WORKSTATION5', 'WORKSTATION6', 'remote-task')),
    ('proxylogon_ssrf_rce_poc', {'MXS01'}, None),
    ('sysmon_log4shell_cve2021_44228_java_serialized_object', {'WORKSTATION5'}, None),
)
QUIET = (MOVES + 'covenant_sc_query_dcerpc_smb_svcctl', MOVES + 'covenant_sharpsc_stop_dcerpc_smb_svcctl')


def find(name):
    """The archive of a recording, wherever it lies."""
    for folder, _, files in sorted(os.walk(SETS)):
        if os.path.basename(name) + '.zip' in files:
            return os.path.join(folder, os.path.basename(name) + '.zip')
    return None


def short(name):
    return name.split('.')[0].upper()


def main():
    spoor, rules = sys.argv[1:3]
    need(spoor, SETS)
    t = Tap()
    with tempfile.TemporaryDirectory() as tmp:
        for name, hosts, way in TOLD + tuple((q, set(), None) for q in QUIET):
            what, archive, case = os.path.basename(name), find(name), os.path.join(tmp, 'case')
            if not t.ok(archive is not None, what + ': is there'):
                continue
            code, _, err = run([spoor, 'investigate', archive, '-o', case, '--force', '-r', rules, '--no-progress'])
            if not t.ok(code in (0, 3), what + ': investigated', err.decode('utf-8', 'replace')):
                continue
            with open(os.path.join(case, 'case.json'), encoding='utf-8') as f:
                told = json.load(f)['incident']
            held = {short(h['host']) for h in told['hosts'] if h['class'] == 'confirmed'}
            t.ok(held == hosts, what + ': hosts under control', 'told %s, expected %s' % (sorted(held), sorted(hosts)))
            if way:
                ways = [(short(e['from']), short(e['to']), e['kind']) for e in told['edges']]
                t.ok(any(w[:2] == way[:2] and way[2] in (None, w[2]) for w in ways), what + ': by which way', str(ways))
            t.ok(all(h.get('refs') for h in told['hosts'] if h['class'] == 'confirmed'), what + ': with its events')
    return t.end()


sys.exit(main())
