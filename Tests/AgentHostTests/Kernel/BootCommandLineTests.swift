import AgentTesting
import Testing

@testable import AgentHost

@Suite struct BootCommandLineTests {
  @Test(arguments: [
    ("modules_load=a,b quiet modules-load=c", ["a", "b", "c"]), ("rd.modules_load=a", []), ("modules_load", []),
    ("modules_load=", []), ("modules_load=,a,", ["a"]), ("xmodules_load=a", []), ("modules_load=a=b", ["a=b"]),
  ])
  func aListMayBeGivenMoreThanOnce(text: String, items: [String]) {
    #expect(BootCommandLine(text).list("modules_load") == items)
  }

  @Test func itIsReadWhereItIs() throws {
    let tree = try TemporaryTree(["proc/cmdline": "ro  quiet\n"])
    let root = try HostRoot(tree.path, mode: .recorded)
    #expect(BootCommandLine.read(HostFiles(root: root)).value?.words == ["ro", "quiet"])
    let error = FileError(BootCommandLine.path, .permissionDenied)
    #expect(BootCommandLine.read(HostFiles(root: root, forbidden: ["/proc"])) == .unreadable(error))
  }
}
