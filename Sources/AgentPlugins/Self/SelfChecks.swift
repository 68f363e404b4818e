import AgentCore

/// The checks of the agent itself, with their texts.
enum SelfChecks {
  static let all = [privileges, rounds, memory, sources]

  private static let privileges = CheckDefinition(
    "agent.privileges", title: "The agent may do all that its checks need",
    why: "What it may not read or ask it cannot check. Such checks say unknown, never ok.",
    source: "opening every file that a registered plugin needs; CapEff of /proc/self/status",
    confirm: "ps -o user= -C nodeagent; namei -l PATH; grep CapEff /proc/$(pidof nodeagent)/status",
    remedy:
      "run it as root, or give its unit CAP_DAC_READ_SEARCH and CAP_NET_RAW: systemctl edit nodeagent.service",
    undo: "systemctl revert nodeagent.service", subject: "path or capability", worst: .warning)

  private static let rounds = CheckDefinition(
    "agent.rounds", title: "Every plugin looks as often as it should",
    why: "A plugin that hangs or fails shows nothing new: a disk, a bus or a mount does not answer.",
    source: "the end of each plugin's last successful round, against three of its intervals",
    confirm: "curl -s http://127.0.0.1:19100/metrics | grep nodeagent_plugin_",
    remedy: "journalctl -u nodeagent.service -n 50; mend what the plugin waits for",
    undo: "nothing was changed", subject: "plugin", worst: .warning)

  private static let memory = CheckDefinition(
    "agent.memory", title: "The agent needs little memory",
    why: "An agent that grows takes memory from the pods that it is to protect.",
    source: "RssAnon of /proc/self/status", confirm: "grep RssAnon /proc/$(pidof nodeagent)/status",
    remedy: "systemctl restart nodeagent.service, and report it with the output of curl 127.0.0.1:19100/metrics",
    undo: "nothing was changed", worst: .warning)

  private static let sources = CheckDefinition(
    "agent.sources", title: "The agent hears of changes at once",
    why: "Without events it sees a change only at its next interval, and without the system bus no unit at all.",
    source: """
      inotify(7): watches that could not be set, and overflows of its queue; the connection to the system bus; \
      rtnetlink(7): whether it is heard, and how often the kernel dropped messages
      """,
    confirm: "sysctl fs.inotify; curl -s http://127.0.0.1:19100/status",
    remedy: "sysctl -w fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=8192",
    undo: "sysctl --system", worst: .warning)
}
