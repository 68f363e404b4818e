package import AgentCore
import AgentHost

/// The interface that carries the node's address.
package struct LinksObservation: Sendable, Equatable {
  /// When it was looked at.
  package var takenAt: HostTime
  /// The interface and why it is this one; absent when nothing tells.
  var interface: Fact<String>
  /// The interface; nil when there is none of this name.
  var link: Result<NetworkLink?, NetworkError>
  /// How it was before.
  var history: LinkWindow.History
  /// The interfaces below it.
  var ports: [LinkPort] = []
  /// Whether the host has no interface but loopback.
  var isAlone = false
  /// What brings addresses of Services to the link; looked for only where an interface is deaf to some.
  var announcer: Fact<ServiceAnnouncer> = .absent
}
