// Words of the interface in both languages; words of machines (classes, phases, kinds) come from data/words_ui.tsv.
import { useSettings, type Lang } from '../parts/settings';
import { visible } from './visible';
import machine from 'words:table';

const WORDS = {
  story: ['Story', '案情'], spread: ['Spread', '扩散'], timeline: ['Timeline', '时间线'], hosts: ['Hosts', '主机'], loss: ['Loss', '损失'],
  relays: ['Relays', '中继'], findings: ['Findings', '规则命中'], evidence: ['Evidence', '证据'], decisions: ['Decisions', '决定'],
  search: ['Search', '搜索'], search_hint: ['Search everything ( / )', '搜索全部内容 ( / )'], close: ['Close', '关闭'], copy: ['Copy', '复制'], copied: ['Copied', '已复制'],
  all: ['all', '全部'], of: ['of', '/'], shown: ['shown', '已显示'], filter: ['Filter rows', '筛选'], csv: ['CSV', 'CSV'], none: ['nothing here', '无'],
  unknown_time: ['time unknown', '时间未知'], utc: ['UTC', 'UTC'], local: ['local time', '本地时间'], theme: ['Light or dark', '浅色或深色'], language: ['中文', 'English'],
  report: ['Investigation report', '调查报告'], loading: ['Reading the case…', '正在读取案件…'], no_incident: ['Nothing amounts to an incident', '未构成事件'],
  no_incident_more: ['That is no proof: what could not be seen is listed.', '这并不构成证明：未能观察到的内容另行列出。'],
  zero: ['First workstation with signs of control', '首台出现受控迹象的终端'],
  how_in: ['How they came in', '如何进入'], through: ['Through which relays', '经由哪些中继'], planted: ['What was planted', '植入了什么'],
  reached: ['Which hosts it reached', '波及哪些主机'], left: ['What left', '流出了什么'], not_seen: ['What could not be seen', '未能观察到什么'],
  points: ['points', '处'], between: ['between', '介于'], and: ['and', '和'], estimate: ['estimate', '估计'], not_measured: ['not measurable', '无法测量'], nothing_measured: ['no loss was found', '未发现损失'],
  not_recorded: ['not recorded', '没有记录'], suspected: ['suspected', '疑似'], evidence_of: ['Evidence', '证据'], events_n: ['events', '个事件'],
  opens: ['In the folder of this case, with the evidence where it was, this shows the record with its bytes:', '在本案件目录中、证据仍在原处时，以下命令显示该记录及其字节：'],
  in_case: ['What the case says of this event', '案件中关于此事件的内容'], fields: ['Fields', '字段'], raw: ['Raw record', '原始记录'], hex: ['Bytes', '字节'], neighbours: ['Neighbours', '相邻记录'],
  verified: ['hash verified', '哈希已验证'], not_verified: ['hash not verified', '哈希未验证'], file: ['File', '文件'], offset: ['offset', '偏移'], record: ['record', '记录'],
  time: ['Time', '时间'], host: ['Host', '主机'], what: ['What', '内容'], phase: ['Phase', '阶段'], grade: ['Grade', '强度'], family: ['Kind of evidence', '证据类别'], from: ['From', '来源'], to: ['To', '目标'],
  class: ['Class', '类别'], probability: ['Probability', '概率'], first: ['First', '首次'], last: ['Last', '末次'], first_sign: ['First sign', '首个迹象'], way: ['Reached by', '到达方式'], role: ['Role', '角色'], owner: ['Owner', '所属'], coverage: ['Coverage', '覆盖'],
  address: ['Address', '地址'], name: ['Name', '名称'], country: ['Country', '国家'], network: ['Network', '网络'], confidence: ['Confidence', '置信度'], cluster: ['Operator', '操作者'], count: ['Count', '次数'], kind: ['Kind', '类型'], account: ['Account', '账户'],
  size: ['Size', '大小'], format: ['Format', '格式'], verdict: ['Read', '读取'], path: ['Path', '路径'], events: ['Events', '事件'], reason: ['Reason', '原因'], hash: ['SHA-256', 'SHA-256'], rule: ['Rule', '规则'], level: ['Level', '级别'], hosts_n: ['Hosts', '主机数'],
  low: ['At least', '至少'], high: ['At most', '至多'], measurable: ['Measured', '测量'], yes: ['yes', '是'], no: ['no', '否'], divided: ['divided among {n}', '由 {n} 台均分'],
  signs: ['Signs', '迹象'], ways_in: ['Ways to it', '进入路径'], ways_out: ['Ways from it', '离开路径'], access: ['All access that was recorded', '所有记录的访问'], addresses: ['Addresses', '地址'], aliases: ['Other names', '别名'],
  files: ['Files', '文件'], gaps: ['Gaps', '缺口'], matrix: ['Coverage', '覆盖'], clocks: ['Clocks', '时钟'], artefacts: ['Left behind', '遗留物'], missing: ['missing', '缺失'], cleared_log: ['cleared', '已清除'],
  clock_offset: ['Offset', '偏移'], samples: ['Samples', '样本'], zone_error: ['zone', '时区'], taken_for_true: ['taken for true', '作为基准'], log: ['Log', '日志'], why: ['Why', '原因'], until: ['Until', '至'],
  play: ['Play', '播放'], pause: ['Pause', '暂停'], moment: ['Moment', '时刻'], fit: ['Fit', '适应'], as_table: ['As a table', '以表格显示'], export: ['Export', '导出'], expand: ['opens on click', '点击展开'], outside: ['Outside', '外部'],
  hosts_grouped: ['{n} hosts', '{n} 台主机'], layered: ['Layered', '分层'], all_incidents: ['All incidents', '全部事件'], incident_n: ['Incident {n}', '事件 {n}'], zoom_all: ['Whole time', '全部时间'], zoom_hint: ['Drag to zoom, double-click for all', '拖动放大，双击还原'],
  tactic_rules: ['rules', '规则'], technique: ['Technique', '技术'], capped: ['The {shown} most telling of {all}; case.json has all.', '显示最重要的 {shown} / {all}；case.json 含全部。'],
  mark: ['Decide', '作出决定'], note: ['Note', '备注'], by: ['By', '由'], save: ['Save', '保存'], cancel: ['Cancel', '取消'], withdraw: ['Withdraw', '撤回'], declared: ['Declared by {who}', '由 {who} 声明'], changed: ['How the story changed', '案情变化'], no_change: ['The story did not change', '案情没有变化'], why_needed: ['Say why: it is kept with the decision.', '请说明原因，它会与决定一起保存。'],
  confirmed: ['confirmed', '已确认'], rejected: ['rejected', '已否定'], reimaged: ['re-imaged', '已重装'], notified: ['notified', '已通知'], cleared: ['cleared', '已排除'], pinned: ['pinned', '已标记'], pin: ['Pin', '标记'], pins: ['Pinned', '已标记'],
  unfinished: ['The run that made this case did not finish. Everything here is incomplete.', '生成本案件的运行未完成，所有内容都不完整。'], session_over: ['This page does not belong to the running server. Open the address that spoor printed.', '此页面不属于正在运行的服务。请打开 spoor 输出的地址。'], failed: ['The case cannot be read', '无法读取案件'],
  mode_report: ['Report file: events open with the command shown', '报告文件：按所示命令打开事件'], mode_live: ['Live: events open here, decisions are kept', '在线：可直接打开事件并保存决定'], skip: ['Skip to content', '跳到内容'], keys: ['Keys', '快捷键'], back: ['Back', '返回'], print: ['Print', '打印'],
  within: ['Within', '范围'], by_country: ['By country', '按国家'], activity: ['When they were seen', '出现时间'], total: ['Total', '合计'], per_destination: ['Where to', '去向'], signs_per_day: ['Signs per day', '每日迹象'],
  judged: ['A person has to judge: "suspected" and "consistent with" mean what they say.', '须由人判断：“疑似”和“与……相符”即字面含义。'], no_clean: ['No host is called clean.', '不会将任何主机称为干净。'],
  desk: ['Desk', '值班台'], d_incidents: ['Incidents', '事件登记'], d_notices: ['Notices', '通知'], d_takedowns: ['Take-downs', '处置下线'], d_parties: ['Parties', '相关单位'], d_bulletin: ['Weekly bulletin', '周报'],
  d_handled: ['Handled', '标为已处置'], d_open: ['Open again', '重新打开'], d_make: ['Make notices', '生成通知'], d_ack: ['Acknowledged', '对方已确认'], d_remind: ['Remind', '催办'], d_escalate: ['Second contact', '联系第二方'],
  d_down: ['It is down', '已下线'], d_up: ['Still up', '仍在线'], d_week: ['Week', '周'], d_number: ['Number', '指标'], d_value: ['This week', '本周'], d_before: ['Last week', '上周'], d_change: ['Change', '变化'], d_ids: ['Which', '对应登记'],
  neighbours_known: ['Neighbours that the case names', '案件中提到的相邻记录'], zone_hint: ['Declare the time zone of its local times', '声明其本地时间的时区'],
  server_hits: ['In all facts', '在所有事实中'], page_hits: ['On this page', '在本页中'], role_set: ['Role', '角色'], zone_set: ['Time zone', '时区'],
} as const;

export type Word = keyof typeof WORDS;
const at = (lang: Lang) => (lang === 'zh' ? 1 : 0);

export function word(lang: Lang, w: Word, values: Record<string, string | number> = {}): string {
  return WORDS[w][at(lang)].replace(/\{(\w+)\}/g, (_, k: string) => String(values[k] ?? ''));
}

/* "c2" -> "control server": kind says of what. Unknown ones are shown as they are, with blanks for hyphens. */
export function machineWord(lang: Lang, kind: string, w: string | undefined): string {
  if (!w) return '';
  const row = machine[`ui.${kind}.${w}`] ?? (kind === 'way' ? machine[`ui.edge.${w}`] ?? machine[`ui.external.${w}`] : undefined);
  return (row && (row[at(lang)] || row[0])) || visible(w.replace(/[-_]/g, ' '));
}

export function useWords() {
  const { lang } = useSettings();
  return { t: (w: Word, values?: Record<string, string | number>) => word(lang, w, values), m: (kind: string, w: string | undefined) => machineWord(lang, kind, w), lang };
}
