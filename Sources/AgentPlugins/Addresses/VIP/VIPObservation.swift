package import AgentCore
import AgentHost
import AgentKnowledge
import AgentText

/// Where the shared address of the API servers is, and what is to move it.
package struct VIPObservation: Sendable, Equatable {
  /// When it was looked at.
  package var takenAt: HostTime
  /// The shared address, or why there is none.
  var endpoint: Fact<ControlPlaneEndpoint>
  /// Addresses of which one may be it, where nothing tells which.
  var undecided: [IPAddress] = []
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
  /// Who answered for it, and the tables at that moment.
  var sight: ClaimSample
  /// What was heard of it until now.
  var heard = HeardClaims()
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
  var vrrp: [VRRPSample] = []
  /// The addresses of the API servers that the configuration names.
  var members: Set<IPAddress> = []

  /// Where this host holds it so that other hosts are answered: not on loopback or a dummy such as kube-ipvs0.
  var holdings: [InterfaceAddress] { (try? table.get())?.answeringHoldings(of: address) ?? [] }

  /// Where it held it when the others had answered.
  var holdingsThen: [InterfaceAddress] { (try? sight.table.get())?.answeringHoldings(of: address) ?? [] }

  /// Where the address is on this host while it does not answer there: on loopback, in kube-vip's modes with routers.
  var silentHoldings: [InterfaceAddress] {
    guard setup.routing(of: address) != nil, let table = try? table.get() else { return [] }
    return table.holdings(of: address).filter { table.link($0.interface)?.flags.contains(.loopback) == true }
  }

  /// The interface of the address that had no carrier when it was asked for, so that silence says nothing and this host's
  /// own address answers nobody.
  var deafLink: String? { (try? sight.table.get())?.deafLink(for: address) }

  /// Who has it by the newest word: the kernel's on this host, another host's announcement, else the last answers. Nil
  /// when that is not known. Sorted.
  var claimants: [HardwareAddress]? {
    let own = hardwareAddresses(of: holdings)
    if own != hardwareAddresses(of: holdingsThen) { return own.isEmpty ? announced.map { [$0] } : own }
    guard case .answered(let answers) = sight.outcome, case .success = table, deafLink == nil else { return nil }
    if let announced { return Set(own + [announced]).sorted() }
    return Set(own + answers.claimants.map(\.hardwareAddress)).sorted()
  }

  /// Who announced it after the others had answered.
  private var announced: HardwareAddress? {
    guard let told = heard.announcement, told != sight.heard.announcement else { return nil }
    return told.hardwareAddress
  }

  private func hardwareAddresses(of holdings: [InterfaceAddress]) -> [HardwareAddress] {
    Set(holdings.compactMap { try? table.get().link($0.interface)?.hardwareAddress }).sorted()
  }
}
