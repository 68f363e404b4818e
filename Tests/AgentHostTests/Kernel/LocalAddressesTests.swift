@testable import AgentText
import AgentTesting
import Testing

@testable import AgentHost

@Suite struct LocalAddressesTests {
  private static let table = """
    Local:
      +-- 0.0.0.0/0 2 0 2
         |-- 127.0.0.0
            /8 host LOCAL
         |-- 127.0.0.1
            /32 host LOCAL
         |-- 192.168.100.0
            /24 link UNICAST
         |-- 192.168.100.231
            /32 host LOCAL
    """
  private static let routes = """
    Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT
    enp1s0\t00000000\t0164A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
    enp1s0\t0064A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
    tunl0\t0000F40A\t0264A8C0\t0003\t0\t0\t0\t0000FFFF\t0\t0\t0
    *\t0040F40A\t00000000\t0001\t0\t0\t1024\tC0FFFFFF\t0\t0\t0
    down0\t0000000A\t00000000\t0000\t0\t0\t0\t000000FF\t0\t0\t0
    *\t4063F40A\t00000000\t0001\t0\t0\t0\tC0FFFFFF\t0\t0\t0
    *\t0000090A\t00000000\t0201\t0\t0\t0\t0000FFFF\t0\t0\t0
    short\t00
    """

  @Test func ownAddressesAreTheHostEntriesOfTheTable() {
    #expect(LocalAddresses.localAddresses(Self.table).map(\.description) == ["192.168.100.231"])
    #expect(LocalAddresses.localAddresses("|--\n/32 host LOCAL\n").isEmpty)
  }

  @Test func routesGiveTheLinksAndTheDefaultGateways() {
    let (links, gateways) = LocalAddresses.routes4(Self.routes)
    #expect(links.map { "\($0.network) \($0.interface)" } == ["192.168.100.0/24 enp1s0"])
    #expect(gateways.map { "\($0.address) \($0.interface)" } == ["192.168.100.1 enp1s0"])
  }

  @Test func addressesOfIPv6AreThoseThatOthersCanReach() {
    let entries = LocalAddresses.entries6(
      """
      00000000000000000000000000000001 01 80 10 80       lo
      fe80000000000000021122fffe334455 02 40 20 80   enp1s0
      20010db8000000000000000000000231 02 40 00 80   enp1s0
      nonsense
      """)
    #expect(entries.map { "\($0.address)/\($0.prefixLength) \($0.interface)" } == ["2001:db8::231/64 enp1s0"])
  }

  @Test func aHostWithoutTheTablesIsNotOneWithoutAddresses() throws {
    let tree = try TemporaryTree()
    let files = HostFiles(root: try HostRoot(tree.path, mode: .recorded))
    #expect(throws: FileError("/proc/net/fib_trie", .notFound)) { try LocalAddresses(reading: files) }
  }
}
