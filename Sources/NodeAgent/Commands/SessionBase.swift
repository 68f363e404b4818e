import AgentHost
import AgentKnowledge
import AgentPlugins

/// What a session stands on for its whole life: threads, handles, sources and the command line. A reload keeps it.
struct SessionBase: Sendable {
  let registry: [Registration]
  let selection: CheckSelection
  let root: HostRoot
  let files: HostFiles
  let worker: Worker
  let events: HostEvents
  let kubelet: KubeletSource
  let introspection: SessionIntrospection
  let sources: HostSources
}
