import AgentTesting
import Foundation
import Glibc
import Testing

@testable import AgentHost
@testable import AgentText

@Suite struct ListeningSocketsTests {
  private static let head =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
  private static func line(_ local: String, state: String = "0A", uid: String = "0", inode: String = "12345") -> String
  {
    "   0: \(local) 00000000:0000 \(state) 00000000:00000000 00:00000000 00000000     \(uid)        0 \(inode) 1 0000 100 0\n"
  }

  @Test func addressesAndPortsAreDecoded() {
    let table = Self.head + Self.line("0100007F:1F90", uid: "1000", inode: "77") + Self.line("00000000:192B")
    #expect(
      ListeningSockets.parse(Array(table.utf8)) == [
        .init(address: IPAddress(v4: 0x7F00_0001), port: 8080, userID: 1000, inode: 77),
        .init(address: IPAddress(v4: 0), port: 6443, userID: 0, inode: 12345),
      ])
  }

  @Test(arguments: [
    ("00000000000000000000000000000000", "::"), ("00000000000000000000000001000000", "::1"),
    ("B80D0120000000000000000001000000", "2001:db8::1"), ("0000000000000000FFFF0000E764A8C0", "192.168.100.231"),
  ]) func sixthVersionAddressesAreFourNumbers(hexadecimal: String, address: String) {
    let sockets = ListeningSockets.parse(Array(Self.line("\(hexadecimal):280A").utf8))
    #expect(sockets.map(\.address.description) == [address])
    #expect(sockets.map(\.port) == [10250])
  }

  @Test(arguments: ["01", "06", "0B", "0a", "A", "00A", ""]) func onlyListeningSocketsCount(state: String) {
    #expect(ListeningSockets.parse(Array(Self.line("00000000:192B", state: state).utf8)).isEmpty)
  }

  @Test(arguments: [
    "", "\n\n\n", "   0:", "   0: 00000000:192B 00000000:0000 0A", "0A 0A 0A 0A 0A 0A 0A 0A 0A 0A\n",
    line("0000000:192B"), line("000000000:192B"), line("00000000:92B"), line("00000000:1192B"), line("00000000"),
    line("00000000:192B:00"), line("ZZZZZZZZ:192B"), line("00000000:19ZB"), line("00000000:192B", uid: "-1"),
    line("00000000:192B", inode: "99999999999999999999"), line("000000000000000000000000000000ZZ:192B"),
  ]) func whatIsNoSocketIsPassedOver(table: String) {
    #expect(ListeningSockets.parse(Array(table.utf8)).isEmpty)
  }

  @Test func damageOfOneLineDoesNotHideTheNext() {
    var bytes = Array(Self.head.utf8) + [0, 0, 0xFF, 0x0A, 0x20, 0x0A]
    bytes += Array(Self.line("ZZ:ZZ").utf8)
    // The last line has no end.
    bytes += Array(Self.line("00000000:192B").utf8.dropLast())
    #expect(ListeningSockets.parse(bytes).map(\.port) == [6443])
  }

  @Test func aTableOfManyConnectionsIsSearchedWithoutHoldingThem() {
    let connection = Array(Self.line("0100007F:1F90", state: "01").utf8)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(connection.count * 100_001)
    for _ in 0..<100_000 { bytes += connection }
    bytes += Array(Self.line("00000000:192B").utf8)
    #expect(ListeningSockets.parse(bytes).map(\.port) == [6443])
  }

  @Test func bothTablesAreReadAndTheSixthMayBeAbsent() throws {
    let tree = try TemporaryTree([
      "proc/self/net/tcp": Self.head + Self.line("00000000:192B"),
      "proc/self/net/tcp6": Self.head + Self.line("00000000000000000000000000000000:280A"),
    ])
    try tree.link("proc/net", to: "self/net")
    let files = HostFiles(root: try HostRoot(tree.path))
    #expect(try ListeningSockets(reading: files).sockets.map(\.port) == [6443, 10250])
    try tree.remove("proc/self/net/tcp6")
    #expect(try ListeningSockets(reading: files).sockets.map(\.port) == [6443])
    try tree.remove("proc/self/net/tcp")
    #expect(throws: FileError.self) { try ListeningSockets(reading: files) }
  }
}

@Suite struct SocketOwnerTests {
  private static func process(_ id: Int, _ name: String, state: String = "S", group: String) -> [String: String] {
    [
      "proc/\(id)/comm": "\(name)\n",
      "proc/\(id)/stat": "\(id) (\(name)) \(state) 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 100 0\n",
      "proc/\(id)/cgroup": group,
    ]
  }

  private func owners(
    _ processes: [[String: String]], links: [String: String], of inodes: Set<UInt64> = [77]
  ) throws -> [UInt64: SocketOwner] {
    let tree = try TemporaryTree(processes.reduce(into: [:]) { $0.merge($1) { _, last in last } })
    for (name, target) in links {
      try tree.write("proc/" + name.prefix { $0 != "/" } + "/fd/keep", "")
      try tree.link("proc/" + name, to: target)
    }
    return SocketOwner.find(inodes, HostFiles(root: try HostRoot(tree.path)))
  }

  @Test func theProcessIsFoundByItsDescriptorsAndItsUnitByItsGroup() throws {
    let nginx = Self.process(812, "nginx", group: "0::/system.slice/nginx.service\n")
    #expect(
      try owners([nginx], links: ["812/fd/3": "/dev/null", "812/fd/6": "socket:[77]"]) == [
        77: SocketOwner(process: 812, name: "nginx", unit: "nginx.service")
      ])
    #expect(try owners([nginx], links: ["812/fd/6": "socket:[78]"]) == [:])
  }

  @Test(arguments: [
    ("0::/system.slice/haproxy.service\n", "haproxy.service"),
    ("0::/system.slice/docker.service/init\n", "docker.service"),
    ("12:pids:/x\n1:name=systemd:/system.slice/nginx.service\n", "nginx.service"),
    ("0::/system.slice/system-getty.slice/getty@tty1.service\n", "getty@tty1.service"),
    ("0::/user.slice/user-0.slice/session-1.scope\n", nil),
    ("0::/user.slice/user-1000.slice/user@1000.service/app.slice/web.service\n", nil),
    ("0::/kubepods.slice/kubepods-pod1.slice/crio-abc.scope\n", nil), ("0::/init.scope\n", nil), ("", nil),
  ]) func onlyServicesOfTheSystemAreUnits(group: String, unit: String?) throws {
    let process = Self.process(5, "x", group: group)
    #expect(try owners([process], links: ["5/fd/1": "socket:[77]"])[77]?.unit == unit)
  }

  @Test func aProcessInUninterruptibleSleepIsNotLookedInto() throws {
    let stuck = Self.process(4, "a) D (b", state: "D", group: "")
    let well = Self.process(9, "a) D (b", group: "")
    #expect(try owners([stuck], links: ["4/fd/1": "socket:[77]"]) == [:])
    #expect(
      try owners([stuck, well], links: ["4/fd/1": "socket:[77]", "9/fd/1": "socket:[77]"])[77]?.process == 9)
  }

  @Test func theFirstProcessThatHoldsASocketIsItsOwner() throws {
    let processes = [Self.process(30, "worker", group: ""), Self.process(12, "main", group: "")]
    let found = try owners(processes, links: ["30/fd/1": "socket:[77]", "12/fd/1": "socket:[77]"], of: [77, 78])
    #expect(found == [77: SocketOwner(process: 12, name: "main")])
  }

  @Test func hostileDescriptorsAndProcessesAreNoOwners() throws {
    let process = Self.process(5, "x", group: "")
    let links = ["5/fd/1": "socket:[", "5/fd/2": "socket:[]", "5/fd/3": "socket:[x]", "5/fd/4": "pipe:[77]"]
    #expect(try owners([process], links: links) == [:])
    #expect(try owners([["proc/5/stat": "no parenthesis"]], links: ["5/fd/1": "socket:[77]"]) == [:])
    #expect(try owners([process], links: ["5/fd/1": "socket:[77]"], of: []) == [:])
  }

  @Test func aSocketOfThisProcessIsFoundOnTheLiveHost() throws {
    let (socket, port) = try SocketServer.tcpListener(backlog: 1)
    defer { close(socket) }
    let files = HostFiles(root: try HostRoot("/"))
    let sockets = try ListeningSockets(reading: files).sockets
    let found = try #require(
      sockets.first { $0.port == port },
      "port \(port), still listening: \(isListening(socket)), not among \(sockets.count) of \(networkNamespaces())")
    #expect(found.address == IPAddress(v4: 0x7F00_0001))
    #expect(found.userID == getuid())
    #expect(SocketOwner.find([found.inode], files)[found.inode]?.process == Int(getpid()))
  }

  private func isListening(_ socket: CInt) -> Bool {
    var (accepts, size) = (CInt(0), socklen_t(MemoryLayout<CInt>.size))
    return getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &size) == 0 && accepts != 0
  }

  /// That of the table, and that of the thread that made the socket.
  private func networkNamespaces() -> [String] {
    ["self", "thread-self"].map { process in
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/ns/net")) ?? "unknown"
    }
  }
}
