#include "detect/ranks.h"

#include "util/limits.h"
#include "util/map.h"

void ranks_clear(struct ranks *r)
{
	r->nodes.len = 0;
	r->root = r->free = 0;
}

void ranks_done(struct ranks *r)
{
	VEC_DONE(&r->nodes);
	*r = (struct ranks){ 0 };
}

static uint32_t size_of(const struct ranks *r, uint32_t n)
{
	return n ? r->nodes.at[n].size : 0;
}

static void measure(struct ranks *r, uint32_t n)
{
	struct rank_node *at = &r->nodes.at[n];

	at->size = at->count + size_of(r, at->left) + size_of(r, at->right);
}

static uint32_t node_new(struct ranks *r, int128 key)
{
	uint32_t n = r->free;

	if (n)
		r->free = r->nodes.at[n].left;
	else if ((r->nodes.len || VEC_PUSH(&r->nodes, 1)) &&
		 VEC_PUSH(&r->nodes, LIMIT_CORRELATION_WINDOW + 1))
		n = (uint32_t)r->nodes.len - 1;
	if (!n)
		return 0;
	r->made++;
	r->nodes.at[n] = (struct rank_node){
		.key = key, .priority = hash_bytes(&r->made, sizeof r->made), .count = 1, .size = 1
	};
	return n;
}

/* The child on one side becomes the root of the subtree. */
static uint32_t rotate(struct ranks *r, uint32_t n, bool left_up)
{
	struct rank_node *at = &r->nodes.at[n];
	uint32_t up = left_up ? at->left : at->right;
	struct rank_node *top = &r->nodes.at[up];

	if (left_up) {
		at->left = top->right;
		top->right = n;
	} else {
		at->right = top->left;
		top->left = n;
	}
	measure(r, n);
	measure(r, up);
	return up;
}

/* Add node `fresh`, or count its number if it is there (*ret_there). Depth is logarithmic. */
static uint32_t insert(struct ranks *r, uint32_t n, uint32_t fresh, bool *ret_there)
{
	struct rank_node *at = &r->nodes.at[n], *add = &r->nodes.at[fresh];
	bool left = n && add->key < at->key;

	if (!n)
		return fresh;
	if (add->key == at->key) {
		at->count++;
		at->size++;
		*ret_there = true;
		return n;
	}
	if (left)
		at->left = insert(r, at->left, fresh, ret_there);
	else
		at->right = insert(r, at->right, fresh, ret_there);
	measure(r, n);
	if (r->nodes.at[left ? at->left : at->right].priority > at->priority)
		return rotate(r, n, left);
	return n;
}

static void node_free(struct ranks *r, uint32_t n)
{
	r->nodes.at[n].left = r->free;
	r->free = n;
}

bool ranks_add(struct ranks *r, int128 key)
{
	uint32_t fresh = node_new(r, key);
	bool there = false;

	if (!fresh)
		return false;
	r->root = insert(r, r->root, fresh, &there);
	if (there)
		node_free(r, fresh);
	return true;
}

/* Two subtrees, all of a below all of b, become one. */
static uint32_t join(struct ranks *r, uint32_t a, uint32_t b)
{
	if (!a || !b)
		return a ? a : b;
	if (r->nodes.at[a].priority > r->nodes.at[b].priority) {
		r->nodes.at[a].right = join(r, r->nodes.at[a].right, b);
		measure(r, a);
		return a;
	}
	r->nodes.at[b].left = join(r, a, r->nodes.at[b].left);
	measure(r, b);
	return b;
}

static uint32_t erase(struct ranks *r, uint32_t n, int128 key)
{
	struct rank_node *at = &r->nodes.at[n];

	if (!n)
		return 0;
	if (key == at->key && at->count == 1) {
		uint32_t rest = join(r, at->left, at->right);

		node_free(r, n);
		return rest;
	}
	if (key == at->key)
		at->count--;
	else if (key < at->key)
		at->left = erase(r, at->left, key);
	else
		at->right = erase(r, at->right, key);
	measure(r, n);
	return n;
}

void ranks_remove(struct ranks *r, int128 key)
{
	r->root = erase(r, r->root, key);
}

uint32_t ranks_len(const struct ranks *r)
{
	return size_of(r, r->root);
}

int128 ranks_at(const struct ranks *r, uint32_t k)
{
	uint32_t n = r->root;

	for (;;) {
		const struct rank_node *at = &r->nodes.at[n];
		uint32_t below = size_of(r, at->left);

		if (k < below) {
			n = at->left;
		} else if (k < below + at->count) {
			return at->key;
		} else {
			k -= below + at->count;
			n = at->right;
		}
	}
}
