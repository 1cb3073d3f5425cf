#include "event/ecs.h"

str ecs_name_windows(str provider, const struct column *col)
{
	(void)provider;
	(void)col;
	return (str){ "", 0 };
}
