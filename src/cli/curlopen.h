/* curlopen.h - libcurl, opened when it is needed: its thirty libraries would make every start of the program slower, and would
 * lie in the processes that read hostile evidence. Thread rule: the main thread. */
#ifndef SPOOR_CLI_CURLOPEN_H
#define SPOOR_CLI_CURLOPEN_H

#include <curl/curl.h>
#include <stdbool.h>

struct curl_library {
	void *handle;
	__typeof__(curl_easy_init) *init;
	__typeof__(curl_easy_setopt) *setopt;
	__typeof__(curl_easy_perform) *perform;
	__typeof__(curl_easy_cleanup) *cleanup;
	__typeof__(curl_easy_strerror) *strerror;
	__typeof__(curl_slist_append) *slist_append;
	__typeof__(curl_slist_free_all) *slist_free_all;
};

/* It stays open until the process ends. False: not installed. */
bool curl_library_open(struct curl_library *l);

#endif
