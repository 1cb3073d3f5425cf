/* defs.h - the Windows events that the range writes: a table, one line each. */
#ifndef SPOOR_RANGE_DEFS_H
#define SPOOR_RANGE_DEFS_H

#include "evtx_writer.h"

enum def_id {
	D_LOGON,
	D_LOGON_FAILED,
	D_LOGOFF,
	D_EXPLICIT,
	D_SPECIAL,
	D_PROCESS,
	D_PROCESS_END,
	D_SERVICE_SEC,
	D_TASK_NEW,
	D_TASK_GONE,
	D_SHARE,
	D_SHARE_FILE,
	D_TGT,
	D_TGS,
	D_NTLM,
	D_SEC_CLEARED,
	D_GROUP_ADD,
	D_USER_ENABLED,
	D_DIR_ACCESS,
	D_SERVICE_NEW,
	D_SERVICE_STATE,
	D_LOG_START,
	D_LOG_STOP,
	D_SYS_CLEARED,
	D_BOOT,
	D_TIME_SYNC,
	D_SM_PROCESS,
	D_SM_TIME,
	D_SM_NET,
	D_SM_PROCESS_END,
	D_SM_IMAGE,
	D_SM_ACCESS,
	D_SM_FILE,
	D_SM_REG,
	D_SM_PIPE,
	D_SM_CONFIG,
	D_SM_DNS,
	D_SM_DELETE,
	D_TS_START,
	D_TS_DONE,
	D_TS_REGISTERED,
	D_TS_UPDATED,
	D_TS_DELETED,
	D_TS_LAUNCH,
	D_TS_ACTION,
	D_TS_ACTION_DONE,
	D_PS_BLOCK,
	D_RDP_AUTH,
	D_RDP_LOGON,
	D_EXCH_CMDLET,
	D_DEF_CONFIG,
	D_DEF_SCAN,
	D_WMI_PROVIDER,
	D_MSI,
	D_ERROR_REPORT,
	D_APP_ISAPI,
	D_FILE_ACCESS,
	D_BITS_START,
	D_BITS_DONE,
	D_DEF_FOUND,
	D_DEF_ACTED,
	D_WINRM_SHELL,
	D_WINRM_AUTH,
	D_UPDATE_DONE,
	D_UPDATE_START,
	D_IIS_CONFIG,
	D_PREAUTH_FAILED,
	D_RDP_OUT,
	D_RENAMED,
	D_ACCOUNT_RENAMED,
	D_COUNT
};

struct defs {
	struct evtx_def at[D_COUNT];
	uint8_t channel[D_COUNT]; /* the same number: the same channel */
};

/* Read the table. -1 names a line that is wrong (a bug of ours). */
int defs_init(struct defs *ret, err *e);

/* Field number of a definition, or -1. */
int def_field(const struct evtx_def *d, const char *name);

/* A definition from its parts; `fields` is "Name:type Name:type?", ? for optional. */
int def_fields(struct evtx_def *d, const char *fields, err *e);

#endif
