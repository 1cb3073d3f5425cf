/* What is told, in words. */
#include "warn/warn_priv.h"

const char *warn_verdict_word(uint8_t affected, enum warn_language l)
{
	static const char *const WORDS[2][3] = { { "not affected", "affected", "undecided" },
						 { "不受影响", "受影响", "无法判定" } };

	return WORDS[l == WARN_ZH][affected % 3];
}

const char *warn_grade_word(uint8_t grade, enum warn_language l)
{
	static const char *const WORDS[2][3] = { { "product only", "name", "exact" },
						 { "仅产品名", "名称", "精确" } };

	return WORDS[l == WARN_ZH][grade % 3];
}

/* %1: the text of the record; %2: the version of the inventory. */
static const char *const WHY[2][WHYS] = {
	{
		[WHY_LISTED] = "version %2 is named as affected (%1)",
		[WHY_RANGE] = "version %2 lies in %1",
		[WHY_ALL] = "all versions are affected",
		[WHY_DEFAULT] = "versions that the record does not list are affected",
		[WHY_NO_VERSION] = "the inventory does not say the version; affected: %1",
		[WHY_UNCOMPARABLE] = "version %2 cannot be compared with %1",
		[WHY_UNREADABLE] = "the record's versions cannot be read: %1",
		[WHY_UNSAID] = "the record does not say which versions",
		[WHY_UNKNOWN] = "the record says that it is not known",
		[WHY_CONTRADICTS] = "the record contradicts itself on version %2 (%1)",
		[WHY_PLATFORM] = "only together with %1, of which the inventory says nothing",
		[WHY_ATTRIBUTE] = "only for %1, of which the inventory says nothing",
		[WHY_SPELLING] = "version %2 is written %1 in the record",
		[WHY_BACKPORTED] =
			"version %2 is a distribution's package, into which the fix may have been taken over (%1)",
		[WHY_KEV] = "exploited, but no record here says which versions",
		[WHY_FIXED] = "the record says that version %2 is not affected (%1)",
		[WHY_OUTSIDE] = "version %2 is in none of the ranges (%1)",
		[WHY_NOT_DEFAULT] = "version %2 is not listed, and such are not affected",
		[WHY_OTHER] = "only for %1",
	},
	{
		[WHY_LISTED] = "版本 %2 被列为受影响（%1）",
		[WHY_RANGE] = "版本 %2 在受影响范围内：%1",
		[WHY_ALL] = "所有版本受影响",
		[WHY_DEFAULT] = "记录未列出的版本均受影响",
		[WHY_NO_VERSION] = "资产清单没有版本；受影响版本：%1",
		[WHY_UNCOMPARABLE] = "版本 %2 无法与 %1 比较",
		[WHY_UNREADABLE] = "记录中的版本无法解读：%1",
		[WHY_UNSAID] = "记录没有说明受影响版本",
		[WHY_UNKNOWN] = "记录说明情况未知",
		[WHY_CONTRADICTS] = "记录对版本 %2 自相矛盾（%1）",
		[WHY_PLATFORM] = "仅与 %1 一起时受影响，资产清单没有说明",
		[WHY_ATTRIBUTE] = "仅 %1 受影响，资产清单没有说明",
		[WHY_SPELLING] = "版本 %2 在记录中写作 %1",
		[WHY_BACKPORTED] = "版本 %2 是发行版软件包，可能已移植修复（%1）",
		[WHY_KEV] = "已被利用，但没有记录说明受影响版本",
		[WHY_FIXED] = "记录说明版本 %2 不受影响（%1）",
		[WHY_OUTSIDE] = "版本 %2 不在任何受影响范围内（%1）",
		[WHY_NOT_DEFAULT] = "版本 %2 未列出，未列出的版本不受影响",
		[WHY_OTHER] = "仅 %1 受影响",
	},
};

void warn_why_words(const struct warn *w, const struct warn_hit *h, enum warn_language l, buf *to)
{
	const char *s = WHY[l == WARN_ZH][h->why % WHYS];
	str text = warn_text(w, h->text), version = w->stock->row.at[h->row].version;

	for (; *s; s++) {
		if (s[0] != '%') {
			buf_byte(to, *s);
			continue;
		}
		s++;
		if (*s == '1')
			buf_str(to, text.len ? text : STR("?"));
		else
			buf_str(to, version.len ? version : STR("?"));
	}
	if (h->disputed)
		buf_z(to, l == WARN_ZH ? "；另一来源说不受影响"
				       : "; another source says that it is not affected");
}

void warn_exposure_words(enum exposure x, enum warn_language l, buf *to)
{
	static const char *const WORDS[2][3] = { { "", "internal", "internet" }, { "", "内网", "互联网" } };

	buf_z(to, WORDS[l == WARN_ZH][x]);
}
