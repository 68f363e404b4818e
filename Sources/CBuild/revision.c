#include "revision.h"

const char *nodeagent_revision(void) { return NODEAGENT_REVISION; }
