#include "defs.h"

#include <stdlib.h>

#define SEC "Security"
#define SYS "System"
#define SYSMON "Microsoft-Windows-Sysmon/Operational"
#define TASKS "Microsoft-Windows-TaskScheduler/Operational"
#define P_SEC "Microsoft-Windows-Security-Auditing", "{54849625-5478-4994-a5ba-3e3b0328c30d}"
#define P_LOG "Microsoft-Windows-Eventlog", "{fc65ddd8-d6ef-4962-83d5-6e5cfe9ce148}"
#define P_SCM "Service Control Manager", "{555908d1-a6d7-4695-8e1e-26931d2012f4}"
#define P_SYSMON "Microsoft-Windows-Sysmon", "{5770385f-c22a-43e0-bf4c-06f5698ffbd9}"
#define P_TASKS "Microsoft-Windows-TaskScheduler", "{de7b24ea-73c8-4a09-985d-5bdadcfa9017}"
#define P_KERNEL "Microsoft-Windows-Kernel-General", "{a68ca8b7-004f-d7b6-a698-07e2de0f1f5d}"
#define P_PS "Microsoft-Windows-PowerShell", "{a0c1853b-5c40-4b15-8766-3cf1c58f985a}"
#define P_RCM                                                                                                \
	"Microsoft-Windows-TerminalServices-RemoteConnectionManager", "{c76baa63-ae81-421c-b425-"            \
								      "340b4b24157f}"
#define P_LSM                                                                                                \
	"Microsoft-Windows-TerminalServices-LocalSessionManager", "{5d896912-022d-40aa-a3a8-4fa5515c76d7}"
#define P_DEF "Microsoft-Windows-Windows Defender", "{11cd958a-c507-4ef3-b3f2-5fd9dfbd2c78}"
#define P_WMI "Microsoft-Windows-WMI-Activity", "{1418ef04-b0b4-4623-bf7e-d74ab47bbdaa}"
#define P_BITS                                                                                               \
	"Microsoft-Windows-Bits-Client", "{ef1cc15b-46c1-414e-bb95-e76b077bd51e}",                           \
		"Microsoft-Windows-Bits-Client/Operational"
#define P_WINRM                                                                                              \
	"Microsoft-Windows-WinRM", "{a7975c8f-ac13-49f1-87da-5a984a4ab417}",                                 \
		"Microsoft-Windows-WinRM/Operational"
#define P_IISCONF                                                                                            \
	"Microsoft-Windows-IIS-Configuration", "{dc0b8e51-4863-407a-bc3c-1b479b2978ac}",                     \
		"Microsoft-IIS-Configuration/Operational"
#define P_RDPC                                                                                               \
	"Microsoft-Windows-TerminalServices-ClientActiveXCore", "{28aa95bb-d444-4719-a36f-40462168127e}",    \
		"Microsoft-Windows-TerminalServices-RDPClient/Operational"
#define P_WU "Microsoft-Windows-WindowsUpdateClient", "{945a8954-c147-4acd-923f-40c45405a658}"
#define DEFENDER "Microsoft-Windows-Windows Defender/Operational"
#define CLASSIC(p) p, NULL
#define AUDIT_OK UINT64_C(0x8020000000000000)
#define AUDIT_FAIL UINT64_C(0x8010000000000000)
#define PLAIN UINT64_C(0x8000000000000000)
#define OLD UINT64_C(0x80000000000000)

#define SUBJECT "SubjectUserSid:sid SubjectUserName:str SubjectDomainName:str SubjectLogonId:hex64 "
#define THREAT                                                                                               \
	"'Product Name':str 'Product Version':str 'Detection ID':str 'Detection Time':str Unused:str "       \
	"Unused2:str 'Threat ID':str 'Threat Name':str 'Severity ID':str 'Severity Name':str "               \
	"'Category ID':str 'Category Name':str FWLink:str 'Status Code':str 'Status Description':str "       \
	"State:str 'Source ID':str 'Source Name':str 'Process Name':str 'Detection User':str Unused3:str "   \
	"Path:str 'Origin ID':str 'Origin Name':str 'Execution ID':str 'Execution Name':str 'Type ID':str "  \
	"'Type Name':str 'Pre Execution Status':str 'Action ID':str 'Action Name':str Unused4:str "          \
	"'Error Code':str 'Error Description':str Unused5:str 'Post Clean Status':str "                      \
	"'Additional Actions ID':str 'Additional Actions String':str 'Remediation User':str Unused6:str "    \
	"'Security intelligence Version':str 'Engine Version':str"
#define SM_PROC "UtcTime:str ProcessGuid:guid ProcessId:u32 "

/* clang-format off */
static const struct {
	enum def_id def;
	const char *provider, *guid, *channel;
	uint16_t id;
	uint8_t version, level, opcode;
	uint16_t task;
	uint64_t keywords;
	enum evtx_body body;
	const char *element, *ns;
	const char *fields;
} TABLE[] = {
	{ D_LOGON, P_SEC, SEC, 4624, 2, 0, 0, 12544, AUDIT_OK, EVTX_EVENT_DATA, NULL, NULL,
	  SUBJECT "TargetUserSid:sid TargetUserName:str TargetDomainName:str TargetLogonId:hex64 "
	  "LogonType:u32 LogonProcessName:str AuthenticationPackageName:str WorkstationName:str "
	  "LogonGuid:guid TransmittedServices:str LmPackageName:str KeyLength:u32 ProcessId:ptr "
	  "ProcessName:str IpAddress:str IpPort:str ImpersonationLevel:str RestrictedAdminMode:str "
	  "TargetOutboundUserName:str TargetOutboundDomainName:str VirtualAccount:str "
	  "TargetLinkedLogonId:hex64 ElevatedToken:str" },
	{ D_LOGON_FAILED, P_SEC, SEC, 4625, 0, 0, 0, 12544, AUDIT_FAIL, EVTX_EVENT_DATA, NULL, NULL,
	  SUBJECT "TargetUserSid:sid TargetUserName:str TargetDomainName:str Status:hex32 FailureReason:str "
	  "SubStatus:hex32 LogonType:u32 LogonProcessName:str AuthenticationPackageName:str "
	  "WorkstationName:str TransmittedServices:str LmPackageName:str KeyLength:u32 ProcessId:ptr "
	  "ProcessName:str IpAddress:str IpPort:str" },
	{ D_LOGOFF, P_SEC, SEC, 4634, 0, 0, 0, 12545, AUDIT_OK, EVTX_EVENT_DATA, NULL, NULL,
	  "TargetUserSid:sid TargetUserName:str TargetDomainName:str TargetLogonId:hex64 LogonType:u32" },
	{ D_EXPLICIT, P_SEC, SEC, 4648, 0, 0, 0, 12544, AUDIT_OK, EVTX_EVENT_DATA, NULL, NULL,
	  SUBJECT "LogonGuid:guid TargetUserName:str TargetDomainName:str TargetLogonGuid:guid "
	  "TargetServerName:str TargetInfo:str ProcessId:ptr ProcessName:str IpAddress:str IpPort:str" },
	{ D_SPECIAL, P_SEC, SEC, 4672, 0, 0, 0, 12548, AUDIT_OK, EVTX_EVENT_DATA, NULL, NULL,
	  SUBJECT "PrivilegeList:str" },
	{ D_PROCESS, P_SEC, SEC, 4688, 2, 0, 0, 13312, AUDIT_OK, EVTX_EVENT_DATA, NULL, NULL,
	  SUBJECT "NewProcessId:ptr NewProcessName:str TokenElevationType:str ProcessId:ptr CommandLine:str "
	  "TargetUserSid:sid TargetUserName:str TargetDomainName:str TargetLogonId:hex64 "
	  "ParentProcessName:str MandatoryLabel:sid" },
	{ D_PROCESS_END, P_SEC, SEC, 4689, 0, 0, 0, 13313, AUDIT_OK, EVTX_EVENT_DATA, NULL, NULL,
	  SUBJECT "Status:hex32 ProcessId:ptr ProcessName:str" },
	{ D_SERVICE_SEC, P_SEC, SEC, 4697, 0, 0, 0, 12289, AUDIT_OK, EVTX_EVENT_DATA, NULL, NULL,
	  SUBJECT "ServiceName:str ServiceFileName:str ServiceType:hex32 ServiceStartType:u32 "
	  "ServiceAccount:str" },
	{ D_TASK_NEW, P_SEC, SEC, 4698, 1, 0, 0, 12804, AUDIT_OK, EVTX_EVENT_DATA, NULL, NULL,
	  SUBJECT "TaskName:str TaskContent:str ClientProcessStartKey:u64 ClientProcessId:u32 "
	  "ParentProcessId:u32 RpcCallClientLocality:u32 FQDN:str" },
	{ D_TASK_GONE, P_SEC, SEC, 4699, 1, 0, 0, 12804, AUDIT_OK, EVTX_EVENT_DATA, NULL, NULL,
	  SUBJECT "TaskName:str TaskContent:str ClientProcessStartKey:u64 ClientProcessId:u32 "
	  "ParentProcessId:u32 RpcCallClientLocality:u32 FQDN:str" },
	{ D_SHARE, P_SEC, SEC, 5140, 1, 0, 0, 12808, AUDIT_OK, EVTX_EVENT_DATA, NULL, NULL,
	  SUBJECT "ObjectType:str IpAddress:str IpPort:str ShareName:str ShareLocalPath:str "
	  "AccessMask:hex32 AccessList:str" },
	{ D_SHARE_FILE, P_SEC, SEC, 5145, 0, 0, 0, 12811, AUDIT_OK, EVTX_EVENT_DATA, NULL, NULL,
	  SUBJECT "ObjectType:str IpAddress:str IpPort:str ShareName:str ShareLocalPath:str "
	  "RelativeTargetName:str AccessMask:hex32 AccessList:str AccessReason:str" },
	{ D_TGT, P_SEC, SEC, 4768, 0, 0, 0, 14339, AUDIT_OK, EVTX_EVENT_DATA, NULL, NULL,
	  "TargetUserName:str TargetDomainName:str TargetSid:sid ServiceName:str ServiceSid:sid "
	  "TicketOptions:hex32 Status:hex32 TicketEncryptionType:hex32 PreAuthType:str IpAddress:str "
	  "IpPort:str CertIssuerName:str CertSerialNumber:str CertThumbprint:str" },
	{ D_TGS, P_SEC, SEC, 4769, 0, 0, 0, 14337, AUDIT_OK, EVTX_EVENT_DATA, NULL, NULL,
	  "TargetUserName:str TargetDomainName:str ServiceName:str ServiceSid:sid TicketOptions:hex32 "
	  "TicketEncryptionType:hex32 IpAddress:str IpPort:str Status:hex32 LogonGuid:guid "
	  "TransmittedServices:str" },
	{ D_NTLM, P_SEC, SEC, 4776, 0, 0, 0, 14336, AUDIT_OK, EVTX_EVENT_DATA, NULL, NULL,
	  "PackageName:str TargetUserName:str Workstation:str Status:hex32" },
	{ D_SEC_CLEARED, P_LOG, SEC, 1102, 0, 4, 0, 104, UINT64_C(0x4020000000000000), EVTX_USER_DATA,
	  "LogFileCleared", "http://manifests.microsoft.com/win/2004/08/windows/eventlog",
	  "SubjectUserSid:sid SubjectUserName:str SubjectDomainName:str SubjectLogonId:hex64" },
	{ D_GROUP_ADD, P_SEC, SEC, 4732, 0, 0, 0, 13826, AUDIT_OK, EVTX_EVENT_DATA, NULL, NULL,
	  "MemberName:str MemberSid:sid TargetUserName:str TargetDomainName:str TargetSid:sid " SUBJECT
	  "PrivilegeList:str" },
	{ D_USER_ENABLED, P_SEC, SEC, 4722, 0, 0, 0, 13824, AUDIT_OK, EVTX_EVENT_DATA, NULL, NULL,
	  "TargetUserName:str TargetDomainName:str TargetSid:sid "
	  "SubjectUserSid:sid SubjectUserName:str SubjectDomainName:str SubjectLogonId:hex64" },
	{ D_DIR_ACCESS, P_SEC, SEC, 4662, 0, 0, 0, 14080, AUDIT_OK, EVTX_EVENT_DATA, NULL, NULL,
	  SUBJECT "ObjectServer:str ObjectType:str ObjectName:str OperationType:str HandleId:ptr "
	  "AccessList:str AccessMask:hex32 Properties:str AdditionalInfo:str AdditionalInfo2:str" },

	{ D_SERVICE_NEW, P_SCM, SYS, 7045, 0, 4, 0, 0, OLD | PLAIN, EVTX_EVENT_DATA, NULL, NULL,
	  "ServiceName:str ImagePath:str ServiceType:str StartType:str AccountName:str" },
	{ D_SERVICE_STATE, P_SCM, SYS, 7036, 0, 4, 0, 0, OLD | PLAIN, EVTX_EVENT_DATA, NULL, NULL,
	  "param1:str param2:str" },
	{ D_LOG_START, CLASSIC("EventLog"), SYS, 6005, 0, 4, 0, 0, OLD, EVTX_CLASSIC, NULL, NULL,
	  "Data:str[] Binary:bin" },
	{ D_LOG_STOP, CLASSIC("EventLog"), SYS, 6006, 0, 4, 0, 0, OLD, EVTX_CLASSIC, NULL, NULL,
	  "Data:str[] Binary:bin" },
	{ D_RENAMED, CLASSIC("EventLog"), SYS, 6011, 0, 4, 0, 0, OLD, EVTX_CLASSIC, NULL, NULL,
	  "Data:str[] Binary:bin" },
	{ D_ACCOUNT_RENAMED, P_SEC, SEC, 4781, 0, 0, 0, 13824, AUDIT_OK, EVTX_EVENT_DATA, NULL, NULL,
	  "OldTargetUserName:str NewTargetUserName:str TargetDomainName:str TargetSid:sid " SUBJECT
	  "PrivilegeList:str" },
	{ D_SYS_CLEARED, P_LOG, SYS, 104, 0, 4, 0, 104, PLAIN, EVTX_USER_DATA, "LogFileCleared",
	  "http://manifests.microsoft.com/win/2004/08/windows/eventlog",
	  "SubjectUserName:str SubjectDomainName:str Channel:str BackupPath:str" },
	{ D_BOOT, P_KERNEL, SYS, 12, 1, 4, 1, 1, PLAIN | 0x80, EVTX_EVENT_DATA, NULL, NULL,
	  "MajorVersion:u32 MinorVersion:u32 BuildVersion:u32 QfeVersion:u32 ServiceVersion:u32 "
	  "BootMode:u32 StartTime:time" },
	{ D_TIME_SYNC, P_KERNEL, SYS, 1, 1, 4, 0, 5, PLAIN | 0x10, EVTX_EVENT_DATA, NULL, NULL,
	  "NewTime:time OldTime:time Reason:u32" },

	{ D_SM_PROCESS, P_SYSMON, SYSMON, 1, 5, 4, 0, 1, PLAIN, EVTX_EVENT_DATA, NULL, NULL,
	  "RuleName:str " SM_PROC "Image:str FileVersion:str Description:str Product:str Company:str "
	  "OriginalFileName:str CommandLine:str CurrentDirectory:str User:str LogonGuid:guid "
	  "LogonId:hex64 TerminalSessionId:u32 IntegrityLevel:str Hashes:str ParentProcessGuid:guid "
	  "ParentProcessId:u32 ParentImage:str ParentCommandLine:str ParentUser:str" },
	{ D_SM_TIME, P_SYSMON, SYSMON, 2, 5, 4, 0, 2, PLAIN, EVTX_EVENT_DATA, NULL, NULL,
	  "RuleName:str " SM_PROC "Image:str TargetFilename:str CreationUtcTime:str "
	  "PreviousCreationUtcTime:str User:str" },
	{ D_SM_NET, P_SYSMON, SYSMON, 3, 5, 4, 0, 3, PLAIN, EVTX_EVENT_DATA, NULL, NULL,
	  "RuleName:str " SM_PROC "Image:str User:str Protocol:str Initiated:bool SourceIsIpv6:bool "
	  "SourceIp:str SourceHostname:str SourcePort:u16 SourcePortName:str DestinationIsIpv6:bool "
	  "DestinationIp:str DestinationHostname:str DestinationPort:u16 DestinationPortName:str" },
	{ D_SM_PROCESS_END, P_SYSMON, SYSMON, 5, 3, 4, 0, 5, PLAIN, EVTX_EVENT_DATA, NULL, NULL,
	  "RuleName:str " SM_PROC "Image:str User:str" },
	{ D_SM_IMAGE, P_SYSMON, SYSMON, 7, 3, 4, 0, 7, PLAIN, EVTX_EVENT_DATA, NULL, NULL,
	  "RuleName:str " SM_PROC "Image:str ImageLoaded:str FileVersion:str Description:str Product:str "
	  "Company:str OriginalFileName:str Hashes:str Signed:str Signature:str SignatureStatus:str "
	  "User:str" },
	{ D_SM_ACCESS, P_SYSMON, SYSMON, 10, 3, 4, 0, 10, PLAIN, EVTX_EVENT_DATA, NULL, NULL,
	  "RuleName:str UtcTime:str SourceProcessGUID:guid SourceProcessId:u32 SourceThreadId:u32 "
	  "SourceImage:str TargetProcessGUID:guid TargetProcessId:u32 TargetImage:str "
	  "GrantedAccess:hex32 CallTrace:str SourceUser:str TargetUser:str" },
	{ D_SM_FILE, P_SYSMON, SYSMON, 11, 2, 4, 0, 11, PLAIN, EVTX_EVENT_DATA, NULL, NULL,
	  "RuleName:str " SM_PROC "Image:str TargetFilename:str CreationUtcTime:str User:str" },
	{ D_SM_REG, P_SYSMON, SYSMON, 13, 2, 4, 0, 13, PLAIN, EVTX_EVENT_DATA, NULL, NULL,
	  "RuleName:str EventType:str " SM_PROC "Image:str TargetObject:str Details:str User:str" },
	{ D_SM_PIPE, P_SYSMON, SYSMON, 18, 1, 4, 0, 18, PLAIN, EVTX_EVENT_DATA, NULL, NULL,
	  "RuleName:str EventType:str " SM_PROC "PipeName:str Image:str User:str" },
	{ D_SM_CONFIG, P_SYSMON, SYSMON, 16, 3, 4, 0, 16, PLAIN, EVTX_EVENT_DATA, NULL, NULL,
	  "UtcTime:str Configuration:str ConfigurationFileHash:str" },
	{ D_SM_DNS, P_SYSMON, SYSMON, 22, 5, 4, 0, 22, PLAIN, EVTX_EVENT_DATA, NULL, NULL,
	  "RuleName:str " SM_PROC "QueryName:str QueryStatus:str QueryResults:str Image:str User:str" },
	{ D_SM_DELETE, P_SYSMON, SYSMON, 23, 5, 4, 0, 23, PLAIN, EVTX_EVENT_DATA, NULL, NULL,
	  "RuleName:str " SM_PROC "User:str Image:str TargetFilename:str Hashes:str IsExecutable:bool "
	  "Archived:bool" },

	{ D_TS_START, P_TASKS, TASKS, 100, 0, 4, 1, 100, PLAIN | 1, EVTX_EVENT_DATA, NULL, NULL,
	  "TaskName:str UserContext:str InstanceId:guid" },
	{ D_TS_DONE, P_TASKS, TASKS, 102, 0, 4, 2, 102, PLAIN | 1, EVTX_EVENT_DATA, NULL, NULL,
	  "TaskName:str UserContext:str InstanceId:guid" },
	{ D_TS_REGISTERED, P_TASKS, TASKS, 106, 0, 4, 0, 106, PLAIN, EVTX_EVENT_DATA, NULL, NULL,
	  "TaskName:str UserContext:str" },
	{ D_TS_UPDATED, P_TASKS, TASKS, 140, 0, 4, 0, 140, PLAIN, EVTX_EVENT_DATA, NULL, NULL,
	  "TaskName:str UserName:str" },
	{ D_TS_DELETED, P_TASKS, TASKS, 141, 0, 4, 0, 141, PLAIN, EVTX_EVENT_DATA, NULL, NULL,
	  "TaskName:str UserName:str" },
	{ D_TS_LAUNCH, P_TASKS, TASKS, 129, 0, 4, 0, 129, PLAIN, EVTX_EVENT_DATA, NULL, NULL,
	  "TaskName:str Path:str ProcessID:u32 Priority:u32" },
	{ D_TS_ACTION, P_TASKS, TASKS, 200, 1, 4, 1, 200, PLAIN | 1, EVTX_EVENT_DATA, NULL, NULL,
	  "TaskName:str ActionName:str TaskInstanceId:guid EnginePID:u32" },
	{ D_TS_ACTION_DONE, P_TASKS, TASKS, 201, 2, 4, 2, 201, PLAIN | 1, EVTX_EVENT_DATA, NULL, NULL,
	  "TaskName:str TaskInstanceId:guid ActionName:str ResultCode:u32 EnginePID:u32" },

	{ D_PS_BLOCK, P_PS, "Microsoft-Windows-PowerShell/Operational", 4104, 1, 5, 15, 2, 0,
	  EVTX_EVENT_DATA, NULL, NULL,
	  "MessageNumber:i32 MessageTotal:i32 ScriptBlockText:str ScriptBlockId:str Path:str" },
	{ D_RDP_AUTH, P_RCM, "Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational", 1149,
	  0, 4, 0, 0, UINT64_C(0x1000000000000000), EVTX_USER_DATA, "EventXML", "Event_NS",
	  "Param1:str Param2:str Param3:str" },
	{ D_RDP_LOGON, P_LSM, "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational", 21, 0,
	  4, 0, 0, UINT64_C(0x1000000000000000), EVTX_USER_DATA, "EventXML", "Event_NS",
	  "User:str SessionID:u32 Address:str" },
	{ D_EXCH_CMDLET, CLASSIC("MSExchange CmdletLogs"), "MSExchange Management", 1, 0, 4, 0, 1, OLD,
	  EVTX_CLASSIC, NULL, NULL, "Data:str[] Binary:bin" },
	{ D_DEF_CONFIG, P_DEF, DEFENDER, 5007, 0, 4, 0, 0, PLAIN,
	  EVTX_EVENT_DATA, NULL, NULL,
	  "'Product Name':str 'Product Version':str 'Old Value':str 'New Value':str" },
	{ D_DEF_SCAN, P_DEF, DEFENDER, 1001, 0, 4, 0, 0, PLAIN,
	  EVTX_EVENT_DATA, NULL, NULL,
	  "'Product Name':str 'Product Version':str 'Scan ID':str 'Scan Type Index':u32 'Scan Type':str "
	  "Domain:str User:str SID:str 'Scan Time Hours':str 'Scan Time Minutes':str "
	  "'Scan Time Seconds':str" },
	{ D_WMI_PROVIDER, P_WMI, "Microsoft-Windows-WMI-Activity/Operational", 5857, 0, 0, 0, 0,
	  UINT64_C(0x4000000000000000), EVTX_USER_DATA, "Operation_StartedOperational",
	  "http://manifests.microsoft.com/win/2006/windows/WMI",
	  "ProviderName:str Code:hex32 HostProcess:str ProcessID:u32 ProviderPath:str" },
	{ D_MSI, CLASSIC("MsiInstaller"), "Application", 1033, 0, 4, 0, 0, OLD, EVTX_CLASSIC, NULL, NULL,
	  "Data:str[] Binary:bin" },
	{ D_ERROR_REPORT, CLASSIC("Windows Error Reporting"), "Application", 1001, 0, 4, 0, 0, OLD,
	  EVTX_CLASSIC, NULL, NULL, "Data:str[] Binary:bin" },
	{ D_APP_ISAPI, CLASSIC("IIS-W3SVC-WP"), "Application", 2303, 0, 2, 0, 0, OLD, EVTX_CLASSIC, NULL, NULL,
	  "Data:str[] Binary:bin" },
	{ D_FILE_ACCESS, P_SEC, SEC, 4663, 1, 0, 0, 12800, AUDIT_OK, EVTX_EVENT_DATA, NULL, NULL,
	  SUBJECT "ObjectServer:str ObjectType:str ObjectName:str HandleId:ptr AccessList:str "
	  "AccessMask:hex32 ProcessId:ptr ProcessName:str ResourceAttributes:str" },
	{ D_BITS_START, P_BITS, 59, 1, 4, 1, 0, PLAIN, EVTX_EVENT_DATA, NULL, NULL,
	  "transferId:guid name:str Id:guid url:str peer:str fileTime:time fileLength:u64 bytesTotal:u64 "
	  "bytesTransferred:u64 bytesTransferredFromPeer:u64" },
	{ D_BITS_DONE, P_BITS, 60, 1, 4, 2, 0, PLAIN, EVTX_EVENT_DATA, NULL, NULL,
	  "transferId:guid name:str Id:guid url:str peer:str hr:hex32 fileTime:time fileLength:u64 bytesTotal:u64 "
	  "bytesTransferred:u64 proxy:str peerProtocolFlags:u8 bytesTransferredFromPeer:u64 "
	  "AdditionalInfoHr:u32 PeerContextInfo:u64 bandwidthLimit:u64 ignoreBandwidthLimitsOnLan:bool" },
	{ D_DEF_FOUND, P_DEF, DEFENDER, 1116, 0, 3, 0, 0, PLAIN, EVTX_EVENT_DATA, NULL, NULL, THREAT },
	{ D_DEF_ACTED, P_DEF, DEFENDER, 1117, 0, 4, 0, 0, PLAIN, EVTX_EVENT_DATA, NULL, NULL, THREAT },
	{ D_WINRM_SHELL, P_WINRM, 91, 0, 4, 0, 9, UINT64_C(0x4000000000000004), EVTX_BARE, NULL, NULL, "" },
	{ D_WINRM_AUTH, P_WINRM, 169, 0, 4, 0, 7, UINT64_C(0x4000000000000002), EVTX_EVENT_DATA, NULL, NULL,
	  "username:str authenticationMechanism:str" },
	{ D_UPDATE_DONE, P_WU, SYS, 19, 1, 4, 13, 1, PLAIN | 0x18, EVTX_EVENT_DATA, NULL, NULL,
	  "updateTitle:str updateGuid:guid updateRevisionNumber:u32 serviceGuid:guid" },
	{ D_UPDATE_START, P_WU, SYS, 43, 1, 4, 13, 1, PLAIN | 0x8, EVTX_EVENT_DATA, NULL, NULL,
	  "updateTitle:str updateGuid:guid updateRevisionNumber:u32" },
	{ D_IIS_CONFIG, P_IISCONF, 29, 0, 4, 0, 0, PLAIN, EVTX_EVENT_DATA, NULL, NULL,
	  "EditOperationType:u32 ConfigPath:str Configuration:str OldValue:str NewValue:str" },
	{ D_PREAUTH_FAILED, P_SEC, SEC, 4771, 0, 0, 0, 14339, AUDIT_FAIL, EVTX_EVENT_DATA, NULL, NULL,
	  "TargetUserName:str TargetSid:sid ServiceName:str TicketOptions:hex32 Status:hex32 PreAuthType:str "
	  "IpAddress:str IpPort:str CertIssuerName:str CertSerialNumber:str CertThumbprint:str" },
	{ D_RDP_OUT, P_RDPC, 1024, 0, 4, 0, 101, UINT64_C(0x4000000000000000), EVTX_EVENT_DATA, NULL, NULL,
	  "Name:str Value:str CustomLevel:u32" },
};
/* clang-format on */

/* One "Name:type" or "'Name with spaces':type" off the front of *s. */
static int next_field(str *s, struct evtx_field *ret, err *e)
{
	str name, type, all = *s;

	if (s->ptr[0] == '\'') {
		s->ptr++;
		s->len--;
		name = str_cut(*s, '\'', s);
		str_cut(*s, ':', s);
	} else {
		name = str_cut(*s, ':', s);
	}
	type = str_cut(*s, ' ', s);
	ret->optional = str_ends(type, STR("?"));
	if (ret->optional)
		type.len--;
	if (name.len == 0 || name.len >= sizeof ret->name || !evtx_type_parse(type, &ret->type))
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "field list: \"%.*s\"", STR_ARG(all));
	memcpy(ret->name, name.ptr, name.len);
	ret->name[name.len] = '\0';
	return 0;
}

int def_fields(struct evtx_def *d, const char *fields, err *e)
{
	str s = str_of(fields);

	d->nfields = 0;
	while (s.len) {
		if (d->nfields == EVTX_FIELDS_MAX)
			return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "event %u: too many fields", d->id);
		if (next_field(&s, &d->fields[d->nfields++], e) < 0)
			return -1;
	}
	return 0;
}

int defs_init(struct defs *ret, err *e)
{
	uint8_t channels = 0;

	memset(ret, 0, sizeof *ret);
	for (size_t i = 0; i < COUNT(TABLE); i++) {
		struct evtx_def *d = &ret->at[TABLE[i].def];

		d->provider = TABLE[i].provider;
		d->provider_guid = TABLE[i].guid;
		d->channel = TABLE[i].channel;
		d->id = TABLE[i].id;
		d->version = TABLE[i].version;
		d->level = TABLE[i].level;
		d->opcode = TABLE[i].opcode;
		d->task = TABLE[i].task;
		d->keywords = TABLE[i].keywords;
		d->body = TABLE[i].body;
		d->qualifiers = TABLE[i].body == EVTX_CLASSIC ? 16384 : 0;
		d->user_element = TABLE[i].element;
		d->user_ns = TABLE[i].ns;
		if (def_fields(d, TABLE[i].fields, e) < 0)
			return -1;
	}
	for (size_t i = 0; i < D_COUNT; i++) {
		size_t same = 0;

		if (!ret->at[i].provider)
			return err_set(e, ERR_ARG, ERR_NO_OFFSET, "definition %zu is missing", i);
		while (strcmp(ret->at[same].channel, ret->at[i].channel) != 0)
			same++;
		ret->channel[i] = same == i ? channels++ : ret->channel[same];
	}
	return 0;
}

int def_field(const struct evtx_def *d, const char *name)
{
	for (uint32_t i = 0; i < d->nfields; i++)
		if (strcmp(d->fields[i].name, name) == 0)
			return (int)i;
	return -1;
}
