/* What the coordinator accepts: one message at a time against a state, and frames on a socket. */
#include "unit.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/wire_check.h"
#include "event/gap.h"
#include "facts/fact.h"
#include "util/limits.h"

static char LONG[LIMIT_WIRE_TEXT + 1];

/* --- messages, each valid until a test spoils it -------------------------------------------- */

struct message {
	Wire__FromWorker m;
	Wire__Hello hello;
	Wire__Identified id;
	Wire__Member member;
	Wire__Batch batch;
	Wire__ItemDone item;
	Wire__Done done;
	Wire__TurnTaken taken;
	Wire__Written written;
	Wire__Looked looked;
	Wire__Ref ref, *refs[LIMIT_WIRE_REFS + 1];
	Wire__Detail key, *keys[LIMIT_FINDING_KEYS + 1];
	Wire__Finding finding, *findings[1];
	Wire__Gap gap, *gaps[1];
	Wire__Fact fact, *facts[1];
	Wire__Attr attr, *attrs[2];
	Wire__Run run, *runs[1];
	Wire__Kind kind, *kinds[1];
};

static void full_batch(struct message *x)
{
	wire__ref__init(&x->ref);
	for (size_t i = 0; i < COUNT(x->refs); i++)
		x->refs[i] = &x->ref;
	wire__finding__init(&x->finding);
	x->finding.level = 3;
	x->finding.n_refs = 1;
	x->finding.refs = x->refs;
	wire__detail__init(&x->key);
	for (size_t i = 0; i < COUNT(x->keys); i++)
		x->keys[i] = &x->key;
	x->finding.keys = x->keys;
	x->finding.n_keys = LIMIT_FINDING_KEYS;
	x->key.value = (ProtobufCBinaryData){ LIMIT_FINDING_KEY + 1, (uint8_t *)LONG };
	wire__gap__init(&x->gap);
	x->gap.kind = GAP_DAMAGED;
	wire__attr__init(&x->attr);
	wire__fact__init(&x->fact);
	x->fact.count = 1;
	x->fact.n_attrs = 1;
	x->fact.attrs = x->attrs;
	x->attrs[0] = x->attrs[1] = &x->attr;
	wire__run__init(&x->run);
	wire__kind__init(&x->kind);
	x->kind.events = 1;
	x->kinds[0] = &x->kind;
	x->batch.kinds = x->kinds;
	x->batch.n_kinds = 1;
	x->findings[0] = &x->finding;
	x->gaps[0] = &x->gap;
	x->facts[0] = &x->fact;
	x->runs[0] = &x->run;
	x->batch.findings = x->findings;
	x->batch.gaps = x->gaps;
	x->batch.facts = x->facts;
	x->batch.runs = x->runs;
	x->batch.n_findings = x->batch.n_gaps = x->batch.n_facts = x->batch.n_runs = 1;
}

static void message_init(struct message *x, int type, uint32_t task, uint32_t member)
{
	wire__from_worker__init(&x->m);
	wire__hello__init(&x->hello);
	wire__identified__init(&x->id);
	wire__looked__init(&x->looked);
	wire__member__init(&x->member);
	wire__batch__init(&x->batch);
	wire__item_done__init(&x->item);
	wire__done__init(&x->done);
	wire__turn_taken__init(&x->taken);
	wire__written__init(&x->written);
	full_batch(x);
	x->id.task = x->member.task = x->batch.task = x->item.task = x->done.task = task;
	x->taken.task = x->written.task = task;
	x->member.member = x->batch.member = x->item.member = member;
	x->m.body_case = (Wire__FromWorker__BodyCase)type;
	switch (x->m.body_case) {
	case WIRE__FROM_WORKER__BODY_HELLO:
		x->m.hello = &x->hello;
		break;
	case WIRE__FROM_WORKER__BODY_IDENTIFIED:
		x->m.identified = &x->id;
		break;
	case WIRE__FROM_WORKER__BODY_MEMBER:
		x->m.member = &x->member;
		break;
	case WIRE__FROM_WORKER__BODY_BATCH:
		x->m.batch = &x->batch;
		break;
	case WIRE__FROM_WORKER__BODY_ITEM_DONE:
		x->m.item_done = &x->item;
		break;
	case WIRE__FROM_WORKER__BODY_DONE:
		x->m.done = &x->done;
		break;
	case WIRE__FROM_WORKER__BODY_LOOKED:
		x->m.looked = &x->looked;
		x->looked.task = task;
		break;
	case WIRE__FROM_WORKER__BODY_TURN_TAKEN:
		x->m.turn_taken = &x->taken;
		break;
	case WIRE__FROM_WORKER__BODY_WRITTEN:
		x->m.written = &x->written;
		break;
	default:
		fail();
	}
}

/* --- conversations -------------------------------------------------------------------------- */

/* One letter per message of task 7: h hello, i identified, a identified as archive, s identified as
 * large, m next member, b batch, B batch of the member, e item done, E member's item done, d done,
 * p done with output pending, t turn taken, w written, l looked, L looked behind the content; T: the
 * coordinator passes the turn. */
static const struct {
	const char *what, *talk;
	bool ok; /* the last message is accepted; those before always are */
} TALKS[] = {
	{ "a file", "hibed", true },
	{ "a file that was looked through", "hllibed", true },
	{ "looked after identification", "hil", false },
	{ "looked behind the content", "hL", false },
	{ "looked without a task", "hiedl", false },
	{ "an archive's members, then itself", "hamBEmBEed", true },
	{ "split, then done", "hsd", true },
	{ "first message is no greeting", "i", false },
	{ "second greeting", "hh", false },
	{ "results before identification", "hb", false },
	{ "identified twice", "hii", false },
	{ "results after a split", "hsb", false },
	{ "member outside an archive", "him", false },
	{ "member inside a member", "hamm", false },
	{ "member's results before it begins", "haB", false },
	{ "item done twice", "hiee", false },
	{ "member done twice", "hamEE", false },
	{ "archive done inside a member", "hame", false },
	{ "member after the archive", "haem", false },
	{ "done before the item", "hid", false },
	{ "done twice", "hiedd", false },
	{ "results after done", "hiedb", false },
	{ "output pending, then its turn", "hiepTtw", true },
	{ "turn inside the task", "hiTted", true },
	{ "turn while the task ends", "hieTptw", true },
	{ "turn taken that was not given", "hit", false },
	{ "turn taken twice", "hiTtt", false },
	{ "written without turn", "hiepw", false },
	{ "written before the turn was taken", "hiepTw", false },
	{ "pending although it had the turn", "hiTtep", false },
};

static int say(struct wire_peer *p, char c, uint32_t *member)
{
	struct message x;
	uint32_t task = 7;

	switch (c) {
	case 'h':
		message_init(&x, WIRE__FROM_WORKER__BODY_HELLO, task, 0);
		break;
	case 'i':
	case 'a':
	case 's':
		message_init(&x, WIRE__FROM_WORKER__BODY_IDENTIFIED, task, 0);
		x.id.container = c == 'a';
		x.id.split = c == 's';
		x.id.format = wire_bytes(STR("evtx"));
		break;
	case 'm':
		message_init(&x, WIRE__FROM_WORKER__BODY_MEMBER, task, ++*member);
		break;
	case 'b':
		message_init(&x, WIRE__FROM_WORKER__BODY_BATCH, task, 0);
		break;
	case 'B':
		message_init(&x, WIRE__FROM_WORKER__BODY_BATCH, task, *member ? *member : 1);
		break;
	case 'e':
		message_init(&x, WIRE__FROM_WORKER__BODY_ITEM_DONE, task, 0);
		break;
	case 'E':
		message_init(&x, WIRE__FROM_WORKER__BODY_ITEM_DONE, task, *member);
		break;
	case 'd':
	case 'p':
		message_init(&x, WIRE__FROM_WORKER__BODY_DONE, task, 0);
		x.done.pending = c == 'p';
		break;
	case 't':
		message_init(&x, WIRE__FROM_WORKER__BODY_TURN_TAKEN, task, 0);
		break;
	case 'l':
	case 'L':
		message_init(&x, WIRE__FROM_WORKER__BODY_LOOKED, task, 0);
		x.looked.offset = c == 'l' ? 1000 : UINT64_MAX;
		break;
	case 'w':
		message_init(&x, WIRE__FROM_WORKER__BODY_WRITTEN, task, 0);
		break;
	case 'T':
		wire_peer_turn(p, task, false);
		return 0;
	default:
		fail();
	}
	return wire_check(p, &x.m, &(err){ 0 });
}

static void peer_init(struct wire_peer *p, bool greeted)
{
	Wire__Task t = WIRE__TASK__INIT;

	*p = (struct wire_peer){ .output = true };
	t.id = 7;
	t.size = 1000;
	wire_peer_task(p, &t);
	p->greeted = greeted;
}

static void test_conversations(void **state)
{
	for (size_t i = 0; i < COUNT(TALKS); i++) {
		struct wire_peer p;
		uint32_t member = 0;
		const char *c = TALKS[i].talk;

		peer_init(&p, false);
		for (; c[1]; c++)
			if (say(&p, *c, &member) < 0)
				break;
		if (TALKS[i].ok)
			CHECK(TALKS[i].what, !c[1]);
		CHECK(TALKS[i].what, (say(&p, *c, &member) == 0) == TALKS[i].ok);
	}
}

/* --- figures -------------------------------------------------------------------------------- */

static ProtobufCBinaryData too_long(void)
{
	return (ProtobufCBinaryData){ sizeof LONG, (uint8_t *)LONG };
}

static void level(struct message *x)
{
	x->finding.level = 5;
}
static void no_refs(struct message *x)
{
	x->finding.n_refs = 0;
}
static void many_refs(struct message *x)
{
	x->finding.n_refs = LIMIT_WIRE_REFS + 1;
}
static void far_ref(struct message *x)
{
	x->ref.offset = (uint64_t)3 << 30;
}
static void many_details(struct message *x)
{
	x->finding.n_details = 13;
}
static void many_keys(struct message *x)
{
	x->finding.n_keys = LIMIT_FINDING_KEYS + 1;
}
static void long_key(struct message *x)
{
	x->key.value.len = LIMIT_FINDING_KEY + 2;
}
static void long_rule(struct message *x)
{
	x->finding.rule_id = too_long();
}
static void gap_kind(struct message *x)
{
	x->gap.kind = GAP_KINDS;
}
static void gap_of_ours(struct message *x)
{
	x->gap.kind = GAP_WORKER;
}
static void gap_backwards(struct message *x)
{
	x->gap.from = 2;
	x->gap.to = 1;
}
static void gap_text(struct message *x)
{
	x->gap.text = (ProtobufCBinaryData){ GAP_TEXT_MAX, (uint8_t *)LONG };
}
static void fact_kind(struct message *x)
{
	x->fact.kind = FACT_KINDS;
}
static void fact_attr(struct message *x)
{
	x->attr.attr = FA_COUNT;
}
static void fact_twice(struct message *x)
{
	x->fact.n_attrs = 2;
}
static void fact_none(struct message *x)
{
	x->fact.count = 0;
}
static void run_backwards(struct message *x)
{
	x->run.first = 2;
	x->run.last = 1;
}
static void run_long(struct message *x)
{
	x->run.channel = too_long();
}
static void kind_none(struct message *x)
{
	x->kind.events = 0;
}
static void kind_long(struct message *x)
{
	x->kind.source = too_long();
}
static void kind_wide(struct message *x)
{
	static ProtobufCBinaryData fields[LIMIT_CENSUS_KIND_FIELDS + 1];

	x->kind.fields = fields;
	x->kind.n_fields = COUNT(fields);
}
static void kind_rest(struct message *x)
{
	static ProtobufCBinaryData field;

	x->kind.rest = true;
	x->kind.fields = &field;
	x->kind.n_fields = 1;
}
static void counters(struct message *x)
{
	x->batch.recovered = 1;
}
static void offset(struct message *x)
{
	x->batch.offset = UINT64_MAX;
}
static void wrong_task(struct message *x)
{
	x->batch.task = 8;
}
static void nothing(struct message *x)
{
	(void)x;
}

static const struct {
	const char *what;
	void (*spoil)(struct message *x);
} FIGURES[] = {
	{ "finding level", level },
	{ "finding without event", no_refs },
	{ "too many events", many_refs },
	{ "event behind the content", far_ref },
	{ "too many details", many_details },
	{ "too many keys", many_keys },
	{ "long key", long_key },
	{ "long rule id", long_rule },
	{ "gap kind", gap_kind },
	{ "gap only we may tell", gap_of_ours },
	{ "gap backwards", gap_backwards },
	{ "gap text", gap_text },
	{ "fact kind", fact_kind },
	{ "fact attribute", fact_attr },
	{ "fact attribute twice", fact_twice },
	{ "fact of nothing", fact_none },
	{ "run backwards", run_backwards },
	{ "run with a long name", run_long },
	{ "kind of no events", kind_none },
	{ "kind with a long name", kind_long },
	{ "kind with too many fields", kind_wide },
	{ "fields of kinds not told apart", kind_rest },
	{ "more recovered than events", counters },
	{ "offset", offset },
	{ "another task", wrong_task },
};

static int batch_said(void (*spoil)(struct message *x))
{
	struct wire_peer p;
	struct message x;
	uint32_t member = 0;

	peer_init(&p, true);
	assert_int_equal(say(&p, 'i', &member), 0);
	message_init(&x, WIRE__FROM_WORKER__BODY_BATCH, 7, 0);
	spoil(&x);
	return wire_check(&p, &x.m, &(err){ 0 });
}

static void test_figures(void **state)
{
	assert_int_equal(batch_said(nothing), 0);
	for (size_t i = 0; i < COUNT(FIGURES); i++)
		CHECK(FIGURES[i].what, batch_said(FIGURES[i].spoil) < 0);
}

/* --- frames --------------------------------------------------------------------------------- */

static void test_frames_and_descriptors(void **state)
{
	struct wire_in in;
	bytes frame;
	err e = { 0 };
	int sv[2], fds[2];
	static uint8_t big[100000];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv), 0);
	wire_in_init(&in, sv[1], true);
	assert_int_equal(wire_recv(&in, false, &frame, &e), WIRE_AGAIN);
	fds[0] = dup(0);
	fds[1] = dup(0);
	assert_int_equal(wire_send(sv[0], str_bytes(STR("one")), fds, 2, false, &e), 0);
	assert_int_equal(wire_send(sv[0], (bytes){ big, sizeof big }, NULL, 0, false, &e), 0);
	assert_int_equal(wire_recv(&in, true, &frame, &e), WIRE_FRAME);
	CHECK_STR("first", bytes_str(frame), STR("one"));
	assert_true(wire_take_fd(&in) >= 0);
	assert_int_equal(wire_recv(&in, true, &frame, &e), WIRE_FRAME);
	assert_int_equal(frame.len, sizeof big);
	assert_int_equal(write(sv[0], "\xff\xff\xff\x7f", 4), 4);
	assert_int_equal(wire_recv(&in, true, &frame, &e), WIRE_BAD);
	assert_int_equal(e.code, ERR_LIMIT);
	close(fds[0]);
	close(fds[1]);
	close(sv[0]);
	wire_in_done(&in);
	close(sv[1]);
}

static void test_end_of_stream(void **state)
{
	struct wire_in in;
	bytes frame;
	int sv[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv), 0);
	wire_in_init(&in, sv[1], false);
	assert_int_equal(write(sv[0], "\x05\0\0\0ab", 6), 6); /* cut inside a frame */
	close(sv[0]);
	assert_int_equal(wire_recv(&in, true, &frame, NULL), WIRE_EOF);
	wire_in_done(&in);
	close(sv[1]);
}

/* Two bytes of message per finding would unpack to hundreds in memory. */
static void test_amplification_is_bounded(void **state)
{
	arena mem;
	buf b = { 0 };

	wire_add_varint(&b, 5 << 3 | 2);
	wire_add_varint(&b, LIMIT_WIRE_FRAME - 16);
	for (size_t i = 0; i < (LIMIT_WIRE_FRAME - 16) / 2; i++)
		buf_add(&b, "\x42\x00", 2); /* an empty finding */
	arena_init(&mem, LIMIT_WIRE_UNPACKED);
	assert_null(wire_unpack_from(str_bytes(buf_view(&b)), &mem));
	assert_true(mem.used_bytes <= LIMIT_WIRE_UNPACKED);
	arena_done(&mem);
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conversations),
		cmocka_unit_test(test_figures),
		cmocka_unit_test(test_frames_and_descriptors),
		cmocka_unit_test(test_end_of_stream),
		cmocka_unit_test(test_amplification_is_bounded),
	};

	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
