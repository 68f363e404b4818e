import AgentCore
import AgentHost
import Testing

@testable import AgentKnowledge
@testable import AgentPlugins
@testable import AgentText

/// A look at 192.168.100.230 that tests change.
enum VIPSample {
  static let address = IPAddress(v4: 0xC0A8_64E6)
  static let own = IPAddress(v4: 0xC0A8_64AB)
  static let table = NetworkTable(
    links: [link(1, "lo", 0, [.up, .loopback, .lowerUp]), link(2, "eth0", 1), link(3, "eth1", 2)],
    addresses: [entry(own, 24, "eth0", 2)])

  static func mac(_ number: UInt8) -> HardwareAddress {
    guard let address = HardwareAddress(bytes: [0x52, 0x54, 0, 0, 0, number]) else { preconditionFailure("six bytes") }
    return address
  }

  static func link(
    _ index: Int, _ name: String, _ number: UInt8, _ flags: NetworkLink.Flags = [.up, .running, .lowerUp]
  ) -> NetworkLink {
    var link = NetworkLink(index: index, name: name)
    link.hardwareAddress = number == 0 ? nil : mac(number)
    link.flags = flags
    return link
  }

  static func entry(_ address: IPAddress, _ length: Int, _ interface: String, _ index: Int) -> InterfaceAddress {
    InterfaceAddress(address: address, prefixLength: length, interface: interface, interfaceIndex: index)
  }

  static func answered(_ numbers: [UInt8], times: Int = 1) -> ProbeOutcome {
    .answered(
      ProbeAnswers(claimants: numbers.map { .init(hardwareAddress: mac($0), answers: times) }, interface: "eth0"))
  }

  static let setup = VIPSetup(
    keepalived: .absent, kubeVIP: .absent, missingKubeconfigs: .known([], source: "/etc/kubernetes"),
    running: .known([], source: "/proc"), nodeIP: .known(nil, source: "default"))

  /// - Parameter held: the interface that has the address; nil for none.
  static func look(
    _ outcome: ProbeOutcome = answered([9]), held interface: String? = nil, connection: AddressConnection? = nil,
    setup: VIPSetup = setup, table base: NetworkTable = table, vrrp: [VRRPSample] = []
  ) -> VIPLook {
    var table = base
    if let interface, let index = table.link(interface)?.index {
      table.addresses.append(entry(address, 32, interface, index))
    }
    return VIPLook(
      address: address, table: .success(table),
      sight: .sample(outcome, table: .success(table), connection: connection), moves: AddressMoves.Summary(),
      events: [:], setup: setup, neighbourhood: Neighbourhood(table, shared: SharedAddresses(endpoint: address)),
      vrrp: vrrp)
  }

  static func keepalived(_ text: String) throws -> Fact<KeepalivedConfiguration> {
    let host = try TestHost(["/etc/keepalived/keepalived.conf": text])
    return Fact(from: "keepalived.conf") { () throws(FileError) in try KeepalivedConfiguration.read(host.files) }
  }

  static let instance = """
    vrrp_script check {
      script "/usr/bin/pgrep -x haproxy"
    }
    vrrp_instance VI_API {
      interface eth0
      virtual_router_id 51
      virtual_ipaddress {
        192.168.100.230/32
      }
      track_script {
        check
      }
    }

    """
}
