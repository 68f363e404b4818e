import AgentTesting
import Testing

@testable import AgentHost
@testable import AgentKnowledge

@Suite struct ConfigurationDirectoriesTests {
  private let tree: TemporaryTree

  init() throws { tree = try TemporaryTree() }

  private func merged(forbidden: [String] = []) throws -> ConfigurationDirectories {
    let files = HostFiles(root: try HostRoot(tree.path, mode: .recorded), forbidden: forbidden)
    return ConfigurationDirectories("sysctl.d", in: files)
  }

  private func write(_ paths: String...) throws {
    for path in paths { try tree.write(path, "a = 1\n") }
  }

  @Test func readsByBaseNameWhereverTheFilesLie() throws {
    try write(
      "usr/lib/sysctl.d/50-b.conf", "etc/sysctl.d/99-d.conf", "run/sysctl.d/60-c.conf", "etc/sysctl.d/10-a.conf")
    #expect(
      try merged().effective.map(\.path) == [
        "/etc/sysctl.d/10-a.conf", "/usr/lib/sysctl.d/50-b.conf", "/run/sysctl.d/60-c.conf", "/etc/sysctl.d/99-d.conf",
      ])
  }

  @Test func strongerDirectoryOverridesTheWholeFile() throws {
    try write(
      "usr/lib/sysctl.d/x.conf", "usr/local/lib/sysctl.d/x.conf", "run/sysctl.d/x.conf", "etc/sysctl.d/x.conf")
    let expected = ConfigurationDirectories.File(
      path: "/etc/sysctl.d/x.conf",
      overrides: ["/run/sysctl.d/x.conf", "/usr/local/lib/sysctl.d/x.conf", "/usr/lib/sysctl.d/x.conf"])
    #expect(try merged().files == [expected])
  }

  @Test(arguments: [
    (["run", "usr/lib"], "/run/sysctl.d/x.conf"), (["usr/local/lib", "usr/lib"], "/usr/local/lib/sysctl.d/x.conf"),
    (["usr/lib", "lib"], "/usr/lib/sysctl.d/x.conf"), (["lib"], "/lib/sysctl.d/x.conf"),
  ])
  func directoriesAreRanked(places: [String], winner: String) throws {
    for place in places { try write("\(place)/sysctl.d/x.conf") }
    #expect(try merged().effective.map(\.path) == [winner])
  }

  @Test func linkedLibIsNotReadTwice() throws {
    try write("usr/lib/sysctl.d/x.conf")
    try tree.link("lib", to: "usr/lib")
    #expect(try merged().files == [ConfigurationDirectories.File(path: "/usr/lib/sysctl.d/x.conf")])
  }

  @Test(arguments: ["/dev/null", "../../dev/null", "/nowhere/at/all"])
  func linkToNothingMasks(target: String) throws {
    try write("usr/lib/sysctl.d/x.conf", "etc/sysctl.d/other.conf")
    try tree.link("etc/sysctl.d/x.conf", to: target)
    let list = try merged()
    #expect(list.effective.map(\.path) == ["/etc/sysctl.d/other.conf"])
    #expect(
      list.files.last
        == ConfigurationDirectories.File(
          path: "/etc/sysctl.d/x.conf", effect: .masks, overrides: ["/usr/lib/sysctl.d/x.conf"]))
  }

  @Test func emptyFileMasks() throws {
    try write("usr/lib/sysctl.d/x.conf")
    try tree.write("etc/sysctl.d/x.conf", "")
    #expect(try merged().effective.isEmpty)
  }

  @Test func linkToAFileIsReadUnderItsOwnName() throws {
    try write("etc/sysctl.conf", "etc/sysctl.d/50-x.conf")
    try tree.link("etc/sysctl.d/99-sysctl.conf", to: "../sysctl.conf")
    #expect(try merged().effective.map(\.path) == ["/etc/sysctl.d/50-x.conf", "/etc/sysctl.d/99-sysctl.conf"])
  }

  @Test func passesOverWhatIsNoConfigurationFile() throws {
    try write(
      "etc/sysctl.d/README", "etc/sysctl.d/.hidden.conf", "etc/sysctl.d/x.conf.dpkg-old", "etc/sysctl.d/d.conf/f")
    let list = try merged()
    #expect(list.files.isEmpty)
    #expect(list.directories == ["/etc/sysctl.d"])
  }

  @Test func sortsByBytes() throws {
    try write("etc/sysctl.d/b.conf", "etc/sysctl.d/B.conf", "etc/sysctl.d/9.conf", "etc/sysctl.d/ä.conf")
    let names = ["9.conf", "B.conf", "b.conf", "ä.conf"]
    #expect(try merged().files.map(\.path) == names.map { "/etc/sysctl.d/\($0)" })
  }

  @Test func unreadableFileStillOverrides() throws {
    try write("usr/lib/sysctl.d/x.conf", "etc/sysctl.d/x.conf")
    let list = try merged(forbidden: ["/etc/sysctl.d/x.conf"])
    #expect(list.files.map(\.effect) == [.unreadable(FileError("/etc/sysctl.d/x.conf", .permissionDenied))])
    #expect(list.effective.isEmpty)
  }

  @Test func unreadableDirectoryIsAProblemAndTheOthersCount() throws {
    try write("usr/lib/sysctl.d/x.conf", "etc/sysctl.d/y.conf")
    let list = try merged(forbidden: ["/etc/sysctl.d"])
    #expect(list.problems == [FileError("/etc/sysctl.d", .permissionDenied)])
    #expect(list.effective.map(\.path) == ["/usr/lib/sysctl.d/x.conf"])
  }

  @Test func hostWithoutDirectoriesHasNothing() throws {
    #expect(try merged() == ConfigurationDirectories())
  }
}
