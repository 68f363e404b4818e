import AgentTesting
import Testing

@testable import AgentKnowledge

@Suite("Sources of NFS are read strictly")
struct NFSSourceTests {
  @Test(
    "NFS sources as nfs(5) writes them",
    arguments: [
      ("192.168.100.171:/mnt/server", "192.168.100.171:/mnt/server"), ("NAS-001:/", "nas-001:/"),
      ("[2001:DB8::1]:/srv/a:/b", "[2001:db8::1]:/srv/a:/b"),
    ])
  func goodSources(text: String, expected: String) throws {
    #expect(try NFSSource(settingsScalar: text).description == expected)
  }

  @Test(
    "Bad NFS sources are named",
    arguments: [
      ("192.0.2.1", "'192.0.2.1' is not an NFS source; allowed: SERVER:/DIRECTORY, as in 192.0.2.1:/srv/data"),
      ("nas:data", "'nas:data' is not an NFS source; allowed: SERVER:/DIRECTORY, as in 192.0.2.1:/srv/data"),
      (
        "2001:db8::1:/srv",
        "'2001:db8::1' has several colons; "
          + "allowed: an IPv6 address in brackets, as in [2001:db8::1]"
      ),
      (":/srv", "is empty; allowed: a host name, as in apps.example.org"),
      (
        "nas:/a/../b",
        "'/a/../b' is not a plain path; "
          + "allowed: a path without //, /./ and /../, and without a / at its end"
      ),
    ])
  func badSources(text: String, expected: String) {
    #expect(mistake(NFSSource.self, text) == expected)
  }
}
