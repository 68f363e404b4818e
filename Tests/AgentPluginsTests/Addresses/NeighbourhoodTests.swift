@testable import AgentHost
import Testing

@testable import AgentKnowledge
@testable import AgentPlugins

@Suite struct NeighbourhoodTests {
  private typealias Support = ServiceAddressSupport

  private func neighbourhood(
    _ neighbours: [(String, String)] = Support.nodes, hosts: String = "", members: String = ""
  ) async throws -> Neighbourhood {
    let cluster = try Support.settings(
      Support.cluster + "\ncontrolPlane: {members: [\(members)], endpoint: \"192.168.100.230:6443\"}")
    let host = try TestHost(["/etc/hosts": hosts, "/etc/hostname": "n100-009\n"], cluster: cluster)
    var table = try Support.table(neighbours: neighbours)
    table.links[1].hardwareAddress = try Support.hardware("52:54:00:00:00:09")
    var neighbourhood = Neighbourhood(
      table,
      shared: SharedAddresses(endpoint: try Support.address("192.168.100.230"), services: cluster.serviceAddresses))
    neighbourhood.names = await host.host.names(of: neighbourhood)
    return neighbourhood
  }

  @Test(
    arguments: [
      ("", "192.168.100.231 (52:54:00:00:00:0a)"),
      ("192.168.100.231 n100-001\n", "n100-001 (192.168.100.231, 52:54:00:00:00:0a)"),
      ("192.168.100.231 n100-001.lan n100-001 # API\n", "n100-001.lan (192.168.100.231, 52:54:00:00:00:0a)"),
      ("#192.168.100.231 old\n192.168.100.99 other\n", "192.168.100.231 (52:54:00:00:00:0a)"),
      ("192.168.100.231\n", "192.168.100.231 (52:54:00:00:00:0a)"),
      ("192.168.100.231 \u{1B}[31mred\n", "\\x1b[31mred (192.168.100.231, 52:54:00:00:00:0a)"),
    ]) func aHardwareAddressIsShownWithTheNameOfItsHost(hosts: String, title: String) async throws
  {
    let known = try await neighbourhood(hosts: hosts)
    #expect(try known.title(of: Support.hardware(Support.nodeA)) == title)
  }

  @Test func theNameOfTheConfigurationComesFirst() async throws {
    let hosts = "192.168.100.231 n100-001.lan N100-001\n"
    let known = try await neighbourhood(hosts: hosts, members: "\"n100-001:6443\"")
    #expect(try known.title(of: Support.hardware(Support.nodeA)).hasPrefix("N100-001 ("))
  }

  @Test func ownInterfacesAndStrangers() async throws {
    let known = try await neighbourhood()
    #expect(try known.title(of: Support.hardware("52:54:00:00:00:09")) == "n100-009 (52:54:00:00:00:09)")
    #expect(try known.title(of: Support.hardware(Support.phone)) == Support.phone)
    #expect(try known.knows(Support.hardware("52:54:00:00:00:09")) && !known.knows(Support.hardware(Support.phone)))
  }

  @Test(arguments: [
    "192.168.100.230", "192.168.100.240", "192.168.100.241", "192.168.100.250", "fe80::7", "169.254.1.1",
  ])
  func anAddressThatSeveralHostsMayHaveNamesNobody(shared: String) async throws {
    let hosts = "\(shared) api.example.org\n"
    let known = try await neighbourhood([(shared, Support.nodeA), (shared, Support.nodeB)], hosts: hosts)
    let both = [try Support.hardware(Support.nodeA), try Support.hardware(Support.nodeB)]
    #expect(known.stations(of: both).map(\.title) == [Support.nodeA, Support.nodeB])
    #expect(known.nameable.isEmpty)
  }

  @Test func interfacesOfOneHostAreOneHostAlsoWhenTheLastOneTells() async throws {
    let known = try await neighbourhood(
      [
        ("192.168.100.231", Support.nodeA), ("192.168.100.232", Support.nodeB), ("192.168.100.231", Support.phone),
        ("192.168.100.232", Support.phone),
      ], hosts: "192.168.100.232 n100-002\n")
    let all = [Support.nodeA, Support.nodeB, Support.phone]
    let stations = known.stations(of: try all.map(Support.hardware))
    #expect(stations.count == 1)
    #expect(stations.first?.title == "n100-002 (192.168.100.231, \(all.joined(separator: ", ")))")
  }

  @Test func whatCannotBeReadHasNoNames() async throws {
    let host = try TestHost(["/etc/hosts": "192.168.100.231 a\n"], forbidden: ["/etc/hosts"])
    let table = try Support.table(neighbours: Support.nodes)
    let names = await host.host.names(of: Neighbourhood(table, shared: SharedAddresses()))
    #expect(try names[Support.address("192.168.100.231")] == nil && names.own == nil)
  }

  @Test func aHundredThousandLinesAreReadForOneName() throws {
    let text =
      String(repeating: "0.0.0.0 ads.example.org\n", count: 100_000) + "192.168.100.231 a b\n192.168.100.231 c\n"
    let address = try Support.address("192.168.100.231")
    #expect(HostsFile.names(of: [address], in: Array(text.utf8)) == [address: ["a", "b", "c"]])
    let many = "192.168.100.231 " + (0..<100).map { "n\($0)" }.joined(separator: " ") + "\n"
    #expect(HostsFile.names(of: [address], in: Array((many + many).utf8))[address]?.count == HostsFile.mostNames)
  }
}
