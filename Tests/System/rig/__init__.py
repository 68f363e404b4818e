"""Real systemd hosts in namespaces, joined by a bridge that leads nowhere, for the agent's system tests."""
