#pragma once

/// The commit that the program was built from, as NODEAGENT_REVISION told when it was built; else "unknown".
const char *_Nonnull nodeagent_revision(void);
