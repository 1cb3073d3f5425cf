/* panos.c - Palo Alto PAN-OS: CSV of a fixed order behind a syslog header or by itself. The lists grow at their
 * end with each version, so fields count from the left. Source: PAN-OS Administrator's Guide, syslog field
 * descriptions (8.1 to 11.1). */
#include "readers/logs/device.h"

#define HEAD "future_use1,receive_time,serial,type,subtype,config_version,generated_time,"
#define SESSION                                                                                              \
	"src,dst,natsrc,natdst,rule,srcuser,dstuser,app,vsys,from,to,inbound_if,outbound_if,logset,"         \
	"future_use3,sessionid,repeatcnt,sport,dport,natsport,natdport,flags,proto,action,"
#define LEVELS "dg_hier_level_1,dg_hier_level_2,dg_hier_level_3,dg_hier_level_4,vsys_name,device_name,"

static const struct list {
	const char *type;
	uint8_t set; /* enum device_set */
	const char *names;
} LISTS[] = {
	{ "TRAFFIC", DEVICE_PAN_TRAFFIC,
	  HEAD SESSION
	  "bytes,bytes_sent,bytes_received,packets,start,elapsed,category,future_use4,seqno,actionflags,"
	  "srcloc,dstloc,future_use5,pkts_sent,pkts_received,session_end_reason," LEVELS
	  "action_source,src_uuid,dst_uuid,tunnelid,monitortag,parent_session_id,parent_start_time,tunnel,"
	  "assoc_id,chunks,chunks_sent,chunks_received,rule_uuid,http2_connection,link_change_count,policy_id,"
	  "link_switches,sdwan_cluster,sdwan_device_type,sdwan_cluster_type,sdwan_site,dynusergroup_name,"
	  "xff_ip,src_category,src_profile,src_model,src_vendor,src_osfamily,src_osversion,src_host,src_mac,"
	  "dst_category,dst_profile,dst_model,dst_vendor,dst_osfamily,dst_osversion,dst_host,dst_mac" },
	{ "THREAT", DEVICE_PAN_THREAT,
	  HEAD SESSION
	  "misc,threatid,category,severity,direction,seqno,actionflags,srcloc,dstloc,future_use4,contenttype,"
	  "pcap_id,filedigest,cloud,url_idx,user_agent,filetype,xff,referer,sender,subject,recipient,"
	  "reportid," LEVELS "future_use5,src_uuid,dst_uuid,http_method,tunnelid,monitortag,"
	  "parent_session_id,parent_start_time,tunnel,thr_category,contentver,future_use6,assoc_id,ppid,"
	  "http_headers,url_category_list,rule_uuid,http2_connection,dynusergroup_name,xff_ip" },
	{ "SYSTEM", DEVICE_PAN_OTHER,
	  HEAD
	  "vsys,eventid,object,future_use3,future_use4,module,severity,opaque,seqno,actionflags," LEVELS },
	{ "CONFIG", DEVICE_PAN_OTHER,
	  HEAD "src,vsys,cmd,admin,client,result,path,seqno,actionflags," LEVELS "dg_id,comment" },
	{ "GLOBALPROTECT", DEVICE_PAN_OTHER,
	  HEAD
	  "vsys,eventid,stage,auth_method,tunnel_type,srcuser,srcregion,machinename,public_ip,public_ipv6,"
	  "private_ip,private_ipv6,hostid,serialnumber,client_ver,client_os,client_os_ver,repeatcnt,reason,error,"
	  "opaque,status,location,login_duration,connect_method,error_code,portal,seqno,actionflags,"
	  "high_res_timestamp,selection_type,response_time,priority,attempted_gateways,gateway," LEVELS },
	{ "USERID", DEVICE_PAN_OTHER,
	  HEAD
	  "vsys,ip,user,datasourcename,eventid,repeatcnt,timeout,beginport,endport,datasource,datasourcetype,seqno,"
	  "actionflags," LEVELS },
	{ "AUTHENTICATION", DEVICE_PAN_OTHER,
	  HEAD
	  "vsys,ip,user,normalize_user,object,authpolicy,repeatcnt,authid,vendor,logset,serverprofile,opaque,"
	  "clienttype,eventid,factorno,seqno,actionflags," LEVELS },
	{ "HIPMATCH", DEVICE_PAN_OTHER,
	  HEAD
	  "srcuser,vsys,machinename,os,src,matchname,repeatcnt,matchtype,future_use3,future_use4,seqno,actionflags," LEVELS },
	{ "", DEVICE_PAN_OTHER, HEAD }, /* any other */
};

/* With the custom fields before-change-detail and after-change-detail. */
static const char CONFIG_CHANGES[] = HEAD
	"src,vsys,cmd,admin,client,result,path,before_change_detail,after_change_detail,seqno,actionflags," LEVELS
	"dg_id,comment";

enum { FIELDS_MAX = 160, TYPE = 3, GENERATED = 6, HEAD_FIELDS = 7 };

static size_t digits(str s)
{
	size_t n = 0;

	while (n < s.len && (unsigned char)(s.ptr[n] - '0') <= 9)
		n++;
	return n;
}

static bool is_type(str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!(s.ptr[i] >= 'A' && s.ptr[i] <= 'Z') && s.ptr[i] != '-' && s.ptr[i] != '_')
			return false;
	return s.len >= 3 && s.len <= 20;
}

/* "1,2024/04/18 10:14:12,0011C100001,TRAFFIC," */
static bool panos_is(str message, const struct syslog_head *head)
{
	str rest, number = str_cut(message, ',', &rest), time = str_cut(rest, ',', &rest);
	struct logtime lt;

	(void)head;
	if (number.len > 8 || digits(number) != number.len || time.len < 5 || time.ptr[4] != '/' ||
	    !logtime_whole(time, LOGTIME_ISO, &lt))
		return false;
	str_cut(rest, ',', &rest);
	return is_type(str_cut(rest, ',', &rest)) && rest.len > 0;
}

static str text(value v)
{
	return (str){ (const char *)v.ptr, v.type == VALUE_ABSENT ? 0 : v.len };
}

static const struct list *list_of(str type)
{
	size_t i = 0;

	while (LISTS[i].type[0] && !str_eq(type, str_of(LISTS[i].type)))
		i++;
	return &LISTS[i];
}

static const char *names_of(const struct list *list, const value *v, size_t n)
{
	enum { SEQUENCE = 14 };

	if (str_eq(str_of(list->type), STR("CONFIG")) && n > SEQUENCE &&
	    digits(text(v[SEQUENCE])) != text(v[SEQUENCE]).len)
		return CONFIG_CHANGES;
	return list->names;
}

/* What is longer than the list gets numbers for names. */
static void put_fields(struct text *t, struct text_keys *k, const char *names, const value *v, size_t n)
{
	str rest = str_of(names);

	for (size_t i = 0; i < n; i++) {
		str name = str_cut(rest, ',', &rest);

		if (v[i].type == VALUE_ABSENT)
			continue;
		if (!name.len)
			name = arena_printf(&t->mem, "field_%zu", i + 1);
		if (!str_starts(name, STR("future_use")))
			text_keys_put(k, name, v[i]);
	}
}

static struct text_keys *panos_line(struct text *t, struct device *d, str message)
{
	value v[FIELDS_MAX];
	size_t n = split_csv(message, ',', v, FIELDS_MAX, &t->mem);
	const struct list *list;
	struct text_keys *k;

	n = n > FIELDS_MAX ? n == SIZE_MAX ? 0 : FIELDS_MAX : n;
	list = list_of(n > TYPE ? text(v[TYPE]) : (str){ 0 });
	k = device_begin(d, (enum device_set)list->set);
	put_fields(t, k, names_of(list, v, n), v, n);
	d->has_time = n > GENERATED && logtime_whole(text(v[GENERATED]), LOGTIME_ISO, &d->time);
	if (!d->has_time)
		d->has_time = n > 1 && logtime_whole(text(v[1]), LOGTIME_ISO, &d->time);
	d->host = text_keys_get(k, "device_name");
	device_blocked(k, text_keys_get(k, "action"));
	return k;
}

const struct device_kind panos_kind = { .dataset = "panw.panos", .is = panos_is, .line = panos_line };
