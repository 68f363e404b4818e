package import AgentCore
import AgentHost
import AgentKnowledge

/// Who listens on the ports of Kubernetes, on a host that has not joined a cluster.
package struct PortsObservation: Sendable, Equatable {
  /// Whether the ports matter.
  enum Situation: Sendable, Equatable {
    /// The host may join a cluster.
    case beforeJoining
    /// They do not, with the reason.
    case irrelevant(String)
    /// Whether the host has joined cannot be seen.
    case unclear(FileError)
  }

  /// A socket on one of the ports.
  struct Listener: Sendable, Equatable {
    var socket: ListeningSockets.Socket
    /// The process; nil where it cannot be seen.
    var owner: SocketOwner?
  }

  /// When it was read.
  package var takenAt: HostTime
  var situation: Situation
  /// The sockets on the ports; absent where they were not looked for.
  var listeners: Fact<[Listener]>
}

extension PortsObservation {
  /// Reads the tables, and looks for processes only where a port is taken; for the worker thread.
  init(reading files: HostFiles, kubelet: KubeletFacts, roles: Set<Role>, at time: HostTime) {
    takenAt = time
    situation = Situation(kubelet, roles)
    guard situation == .beforeJoining else {
      listeners = .absent
      return
    }
    do throws(FileError) {
      let sockets = try ListeningSockets(reading: files).sockets
      let taken = sockets.filter { socket in KubernetesPort.all.contains { $0.number == socket.port } }
      let owners = SocketOwner.find(Set(taken.map(\.inode)), files)
      listeners = .known(taken.map { Listener(socket: $0, owner: owners[$0.inode]) }, source: "/proc/net/tcp")
    } catch {
      listeners = .unreadable(error)
    }
  }
}

extension PortsObservation.Situation {
  fileprivate init(_ kubelet: KubeletFacts, _ roles: Set<Role>) {
    if let reason = kubelet.irrelevance(roles: roles) {
      self = .irrelevant(reason)
      return
    }
    switch kubelet.joining {
    case .joined: self = .irrelevant("only before a node joins")
    case .bootstrapping: self = .irrelevant("the node is joining: the kubelet listens already")
    case .notJoined: self = .beforeJoining
    case .unknown(let error): self = .unclear(error)
    }
  }
}
