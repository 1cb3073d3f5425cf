/* rules_verbs.h - what `spoor rules` does, one file per verb. args->paths holds what follows the verb.
 * Thread rule: the main thread. */
#ifndef SPOOR_CLI_RULES_VERBS_H
#define SPOOR_CLI_RULES_VERBS_H

#include "cli/command.h"

int rules_check(struct cli *cli, const struct cli_args *args);
int rules_list(struct cli *cli, const struct cli_args *args);
int rules_explain(struct cli *cli, const struct cli_args *args);
int rules_stats(struct cli *cli, const struct cli_args *args);
int rules_test(struct cli *cli, const struct cli_args *args);
int rules_update(struct cli *cli, const struct cli_args *args);

#endif
