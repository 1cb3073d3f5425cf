#include "cli/command.h"

const struct command *const COMMANDS[] = {
	&command_investigate, &command_hunt,   &command_dump,  &command_show,
	&command_story,       &command_mark,    &command_report, &command_serve, &command_share, &command_scope, &command_warn, &command_desk,
	&command_rules,       &command_doctor, &command_help,  NULL,
};

const struct command *command_named(const char *name)
{
	for (size_t i = 0; COMMANDS[i]; i++)
		if (strcmp(COMMANDS[i]->name, name) == 0)
			return COMMANDS[i];
	return NULL;
}
