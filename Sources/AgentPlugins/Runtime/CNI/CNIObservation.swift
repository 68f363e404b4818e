package import AgentCore
import AgentHost
import AgentKnowledge

/// What is configured for the network of pods.
package struct CNIObservation: Sendable, Equatable {
  /// When it was read.
  package var takenAt: HostTime
  /// Why there is nothing to judge; nil on a node of a cluster.
  var irrelevance: String?
  /// The networks in the order in which the runtime takes them: it uses the first.
  var networks: Fact<[CNINetwork]>
  /// The types of the first network's plugins whose program is in none of the directories.
  var missingPrograms: Fact<[String]>
  /// Whether NetworkManager meddles with the interfaces of Calico.
  var manager: InterfaceManager

  /// NetworkManager beside Calico.
  enum InterfaceManager: Sendable, Equatable {
    /// It does not run, it leaves them alone, or there is no Calico.
    case harmless
    /// It runs, and no file tells it to leave them alone.
    case meddling
    case unreadable(FileError)
  }
}
