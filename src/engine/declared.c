#include "engine/declared.h"

static bool glob(str p, str s)
{
	size_t i = 0, k = 0, star = SIZE_MAX, mark = 0;

	while (k < s.len) {
		if (i < p.len && p.ptr[i] == '*') {
			star = i++;
			mark = k;
		} else if (i < p.len && (p.ptr[i] == '?' || p.ptr[i] == s.ptr[k])) {
			i++;
			k++;
		} else if (star != SIZE_MAX) {
			i = star + 1;
			k = ++mark;
		} else {
			return false;
		}
	}
	while (i < p.len && p.ptr[i] == '*')
		i++;
	return i == p.len;
}

bool declared_fits(str paths, str path)
{
	if (!paths.len)
		return true;
	if (memchr(paths.ptr, '*', paths.len) || memchr(paths.ptr, '?', paths.len))
		return glob(paths, path);
	return str_find(path, paths) != SIZE_MAX;
}

void declared_apply(const struct engine_declared *d, size_t n, struct reader_env *env)
{
	for (size_t i = n; i-- > 0;) {
		if (!declared_fits(d[i].paths, env->path))
			continue;
		if (d[i].zone)
			env->zone = d[i].zone;
		if (d[i].coding.len)
			env->coding = d[i].coding;
	}
}

const struct logsource_triple *declared_source(const struct engine_declared *d, size_t n, str path)
{
	for (size_t i = 0; i < n; i++)
		if (d[i].source.product.len + d[i].source.category.len + d[i].source.service.len &&
		    declared_fits(d[i].paths, path))
			return &d[i].source;
	return NULL;
}

static Wire__Declared *pack_one(const struct engine_declared *d, arena *mem)
{
	Wire__Declared *m = arena_alloc(mem, sizeof *m);
	size_t n = d->zone ? d->zone->nsteps : 0;

	if (!m)
		return NULL;
	wire__declared__init(m);
	m->paths = wire_bytes(d->paths);
	m->coding = wire_bytes(d->coding);
	m->product = wire_bytes(d->source.product);
	m->category = wire_bytes(d->source.category);
	m->service = wire_bytes(d->source.service);
	m->n_zone_from = m->n_zone_offset = n;
	m->zone_from = arena_array(mem, n + 1, sizeof *m->zone_from);
	m->zone_offset = arena_array(mem, n + 1, sizeof *m->zone_offset);
	if (!m->zone_from || !m->zone_offset)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		m->zone_from[i] = d->zone->steps[i].from_s;
		m->zone_offset[i] = d->zone->steps[i].offset_s;
	}
	return m;
}

int declared_pack(Wire__Setup *m, const struct engine_declared *d, size_t n, arena *mem, err *e)
{
	m->declared = arena_array(mem, n + 1, sizeof *m->declared);
	for (m->n_declared = 0; m->declared && m->n_declared < n; m->n_declared++) {
		m->declared[m->n_declared] = pack_one(&d[m->n_declared], mem);
		if (!m->declared[m->n_declared])
			break;
	}
	return m->declared && m->n_declared == n
		       ? 0
		       : err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for what was declared");
}

static bool unpack_one(const Wire__Declared *m, struct engine_declared *d, arena *mem)
{
	struct time_zone *z = arena_alloc(mem, sizeof *z);
	struct zone_step *steps = arena_array(mem, m->n_zone_from + 1, sizeof *steps);

	d->paths = arena_str(mem, wire_str(m->paths));
	d->coding = arena_str(mem, wire_str(m->coding));
	d->source.product = arena_str(mem, wire_str(m->product));
	d->source.category = arena_str(mem, wire_str(m->category));
	d->source.service = arena_str(mem, wire_str(m->service));
	if (!z || !steps || !d->paths.ptr || !d->coding.ptr || !d->source.product.ptr ||
	    !d->source.category.ptr || !d->source.service.ptr)
		return false;
	for (size_t i = 0; i < m->n_zone_from; i++)
		steps[i] = (struct zone_step){ m->zone_from[i], m->zone_offset[i] };
	*z = (struct time_zone){ steps, m->n_zone_from };
	d->zone = m->n_zone_from ? z : NULL;
	return true;
}

int declared_unpack(const Wire__Setup *m, struct engine_declared **ret, size_t *ret_n, arena *mem, err *e)
{
	struct engine_declared *d = arena_array(mem, m->n_declared + 1, sizeof *d);

	for (size_t i = 0; d && i < m->n_declared; i++) {
		if (m->declared[i]->n_zone_from != m->declared[i]->n_zone_offset)
			return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "malformed time zone");
		if (!unpack_one(m->declared[i], &d[i], mem))
			d = NULL;
	}
	if (!d)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for what was declared");
	*ret = d;
	*ret_n = m->n_declared;
	return 0;
}
