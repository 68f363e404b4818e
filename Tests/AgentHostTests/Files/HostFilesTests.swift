@testable import AgentText
import AgentTesting
import Foundation
import Testing

@testable import AgentHost

@Suite struct HostFilesTests {
  /// Both ways of resolving a path must give the same.
  static let resolvers: [PathResolver] = [.kernel, .walk]

  private func files(_ tree: TemporaryTree, _ resolver: PathResolver = .supported()) throws -> HostFiles {
    HostFiles(root: try HostRoot(tree.path, mode: .recorded, resolver: resolver))
  }

  private func reason(_ body: () throws -> some Any) -> FileError.Reason? {
    do {
      _ = try body()
      return nil
    } catch { return (error as? FileError)?.reason }
  }

  @Test(arguments: resolvers) func aFileIsReadWhole(_ resolver: PathResolver) throws {
    let content = String(repeating: "swap ", count: 40_000)
    let tree = try TemporaryTree(["proc/swaps": content, "etc/empty": ""])
    #expect(try files(tree, resolver).text("/proc/swaps") == content)
    #expect(try files(tree, resolver).text("etc/empty") == "")
  }

  @Test func aPseudoFileOfSizeZeroIsReadWhole() throws {
    let host = HostFiles(root: try HostRoot("/"))
    #expect(try host.text("/proc/self/status").contains("Name:"))
  }

  @Test(arguments: resolvers) func absoluteAndClimbingLinksStayInside(_ resolver: PathResolver) throws {
    let tree = try TemporaryTree(["etc/target": "inside", "a/b/x": ""])
    try tree.link("a/absolute", to: "/etc/target")
    try tree.link("a/climbing", to: "../../../../../etc/target")
    try tree.link("a/chain", to: "absolute")
    for name in ["absolute", "climbing", "chain"] {
      #expect(try files(tree, resolver).text("/a/\(name)") == "inside")
    }
    #expect(try files(tree, resolver).text("/a/b/../../../../etc/target") == "inside")
  }

  @Test(arguments: resolvers) func aLinkThatLeavesTheRootFindsNothing(_ resolver: PathResolver) throws {
    let tree = try TemporaryTree(["etc/x": ""])
    try tree.link("etc/passwd", to: "/etc/shadow")
    #expect(reason { try files(tree, resolver).text("/etc/passwd") } == .notFound)
  }

  @Test(arguments: resolvers) func linksInACircleEnd(_ resolver: PathResolver) throws {
    let tree = try TemporaryTree()
    try tree.link("a", to: "b")
    try tree.link("b", to: "a")
    #expect(reason { try files(tree, resolver).bytes("/a") } == .badLink)
  }

  @Test func aFIFOAndADeviceDoNotHang() throws {
    let tree = try TemporaryTree(["d/x": ""])
    mkfifo(tree.path + "/fifo", 0o644)
    #expect(reason { try files(tree).bytes("/fifo") } == .wrongKind("a FIFO"))
    #expect(reason { try files(tree).bytes("/d") } == .wrongKind("a directory"))
    let host = HostFiles(root: try HostRoot("/"))
    #expect(reason { try host.bytes("/dev/null") } == .wrongKind("a character device"))
  }

  @Test func whatIsTooLargeIsAnErrorAndNotHalfRead() throws {
    let tree = try TemporaryTree(["big": String(repeating: "x", count: 5000)])
    let limit = FileLimit(bytes: 4999)
    #expect(reason { try files(tree).bytes("/big", limit: limit) } == .tooLarge(limit: 4999))
    #expect(try files(tree).bytes("/big", limit: FileLimit(bytes: 5000)).count == 5000)
  }

  @Test func whatIsNotTextNamesItsFirstBadByte() throws {
    let tree = try TemporaryTree()
    try tree.write("latin", bytes: Array("aé".utf8) + [0xE9, 0x0A])
    #expect(reason { try files(tree).text("/latin") } == .notText(offset: 3))
  }

  @Test func whatIsAbsentIsNilAndWhatIsForbiddenIsAnError() throws {
    let tree = try TemporaryTree(["etc/fstab": "x", "etcetera": "y"])
    let files = HostFiles(root: try HostRoot(tree.path, mode: .recorded), forbidden: ["/etc"])
    #expect(try files.textIfPresent("/nothing") == nil)
    #expect(try files.textIfPresent("/etcetera/below/a/file") == nil)
    #expect(try files.text("/etcetera") == "y")
    #expect(reason { try files.textIfPresent("/etc/fstab") } == .permissionDenied)
    #expect(reason { try files.entries("/etc") } == .permissionDenied)
  }

  @Test func aDirectoryIsListedInOrder() throws {
    let tree = try TemporaryTree(["d/20-b": "", "d/10-a": "", "d/.hidden": ""])
    #expect(try files(tree).entries("/d") == [".hidden", "10-a", "20-b"])
    #expect(try files(tree).entries("/none") == nil)
    #expect(try files(tree).kind("/d") == .directory)
    #expect(try files(tree).kind("/none") == nil)
  }

  @Test func aLinkAndAReplacedFileAreTold() throws {
    let tree = try TemporaryTree(["a": "1"])
    try tree.link("l", to: "/dev/null")
    #expect(try files(tree).linkTarget("/l") == "/dev/null")
    #expect(try files(tree).linkTarget("/a") == nil)
    let before = try files(tree).stamp("/a")
    try tree.write("b", "22")
    rename(tree.path + "/b", tree.path + "/a")
    #expect(try files(tree).stamp("/a") != before)
    #expect(try files(tree).stamp("/none") == nil)
  }

  @Test func aTreeIsLiveOnlyWhenItsProcIsAProcfs() throws {
    let tree = try TemporaryTree(["proc/swaps": ""])
    #expect(try HostRoot(tree.path).mode == .recorded)
    #expect(try HostRoot("/").mode == .live)
  }

  @Test func aFileUnderALeaseIsNotWaitedFor() throws {
    let tree = try TemporaryTree(["leased": "text"])
    signal(SIGIO, SIG_IGN)
    let holder = open(tree.path + "/leased", O_RDWR | O_CLOEXEC)
    defer { close(holder) }
    // The kernel breaks the lease after 45 s unless its holder gives it up (fcntl(2), /proc/sys/fs/lease-break-time).
    let setLease: CInt = 1024  // F_SETLEASE, a macro that Swift does not import
    // Refused while a child that another test starts still has the descriptor that wrote the file, until it executes.
    try #require((0..<1_000_000).contains { _ in fcntl(holder, setLease, F_WRLCK) == 0 || sched_yield() != 0 })
    let files = HostFiles(root: try HostRoot(tree.path, mode: .live))
    #expect(throws: FileError.self) { try files.text("/leased") }
  }
}
