#include "cli/curlopen.h"

#include <dlfcn.h>
#include <string.h>

#include "util/str.h"

bool curl_library_open(struct curl_library *l)
{
	const struct {
		const char *name;
		void *to;
	} symbols[] = {
		{ "curl_easy_init", &l->init },
		{ "curl_easy_setopt", &l->setopt },
		{ "curl_easy_perform", &l->perform },
		{ "curl_easy_cleanup", &l->cleanup },
		{ "curl_easy_strerror", &l->strerror },
		{ "curl_slist_append", &l->slist_append },
		{ "curl_slist_free_all", &l->slist_free_all },
	};

	l->handle = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
	for (size_t i = 0; l->handle && i < COUNT(symbols); i++) {
		void *p = dlsym(l->handle, symbols[i].name);

		if (!p)
			return false;
		memcpy(symbols[i].to, &p, sizeof p);
	}
	return l->handle != NULL;
}
