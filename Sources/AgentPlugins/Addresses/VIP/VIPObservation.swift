public import AgentCore
import AgentHost

/// Where the shared address of the API servers is, and what is to move it.
public struct VIPObservation: Sendable, Equatable {
  /// When it was looked at.
  public var takenAt: HostTime
  /// The shared address, or why there is none.
  var endpoint: Fact<ControlPlaneEndpoint>
  /// What the configuration says of its mover.
  var manager: ControlPlaneManager
  /// What was seen of the address; nil without one.
  var look: VIPLook?
}

/// What was seen of one shared address.
struct VIPLook: Sendable, Equatable {
  /// The address.
  var address: IPAddress
  /// The host's interfaces, addresses and neighbours.
  var table: Result<NetworkTable, NetworkError>
  /// Who answered for it.
  var outcome: ProbeOutcome
  /// What came of a connection to it, asked only where nobody answered; nil where it was not asked for or recorded.
  var connection: Connection?
  /// Its moves, and since when this host holds it.
  var moves: AddressMoves.Summary
  /// How often it came to this host and went.
  var events: [AddressEvent: Int]
  /// What is to move it.
  var setup: VIPSetup
  /// Who advertises virtual routers on the link; nil unless it is asked for by the configuration.
  var adverts: AdvertOutcome?
  /// The hosts that answered.
  var neighbourhood = Neighbourhood()
  /// What Keepalived says of its instances that move it.
  var vrrp: [VRRPSighting] = []

  /// What came of a connection.
  enum Connection: Sendable, Equatable {
    /// Something accepted it.
    case accepted
    /// Nothing did, with the reason.
    case failed(String)
  }

  /// Where this host holds it so that other hosts are answered: not on loopback or a dummy such as kube-ipvs0.
  var holdings: [InterfaceAddress] {
    (try? table.get())?.answeringHoldings(of: address) ?? []
  }
}
