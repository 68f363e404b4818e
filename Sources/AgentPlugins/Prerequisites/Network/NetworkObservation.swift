package import AgentCore
import AgentText

/// The cluster's networks and what lies around the node.
package struct NetworkObservation: Sendable, Equatable {
  /// When it was read.
  package var takenAt: HostTime
  var isControlPlane: Bool
  /// What pods and Services get their addresses from, in the order of the files.
  var networks: [ClusterNetwork]
  /// What the cluster's networks must keep off.
  var neighbours: [Neighbour]
  /// Why a network of the cluster may be missing.
  var unreadNetworks: [String]
  /// Why a neighbour may be missing.
  var unreadNeighbours: [String]
}

/// A network that pods or Services get their addresses from.
struct ClusterNetwork: Sendable, Equatable {
  enum Use: Sendable, CaseIterable {
    case pods, services

    var title: String { self == .pods ? "the pods' network" : "the Services' network" }
  }

  var use: Use
  var network: IPNetwork
  /// What states it.
  var source: String
}

/// Addresses that are somebody's on the node's side.
struct Neighbour: Sendable, Equatable {
  enum Extent: Sendable, Equatable {
    case address(IPAddress)
    case range(AddressRange)
    case network(IPNetwork)
  }

  var extent: Extent
  /// What they are, in a sentence.
  var title: String
  /// What states them.
  var source: String

  func overlaps(_ network: IPNetwork) -> Bool {
    switch extent {
    case .address(let address): network.contains(address)
    case .range(let range):
      network.contains(range.first) || network.contains(range.last) || range.contains(network.address)
    case .network(let other): network.overlaps(other)
    }
  }

  /// Whether the network is but a part of it.
  func isWider(than network: IPNetwork) -> Bool {
    guard case .network(let other) = extent else { return false }
    return other.prefixLength < network.prefixLength
  }
}
