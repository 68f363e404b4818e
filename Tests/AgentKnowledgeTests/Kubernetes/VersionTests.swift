import Testing

@testable import AgentHost
@testable import AgentKnowledge

@Suite("Kubelet versions")
struct VersionTests {
  @Test(
    "versions of every spelling",
    arguments: [
      ("1.32.3", "1.32.3"), ("v1.32.3", "1.32.3"), ("1.32.3-1.1", "1.32.3"), ("v1.33.0-rc.1+k3s1", "1.33.0"),
      ("1.9.11~deb12", "1.9.11"), ("1.32", nil), ("", nil), ("v", nil), ("1.x.3", nil), ("1.-2.3", nil),
      ("1.32.3.4", nil), ("99999999999999999999.1.1", nil), ("1:1.32.3", nil), ("1.٣.1", nil),
    ] as [(String, String?)])
  func parse(text: String, expected: String?) { #expect(KubernetesVersion(text)?.description == expected) }

  @Test("versions are compared as numbers")
  func order() throws {
    #expect(try #require(KubernetesVersion("1.9.10")) < #require(KubernetesVersion("1.10.2")))
  }

  private static let stanza =
    "Package: kubelet\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.32.3-1.1\n"

  @Test(
    "dpkg's record",
    arguments: [
      (stanza, "1.32.3-1.1"), ("Package: a\nVersion: 9\n\n" + stanza + "\nPackage: b\nVersion: 2\n", "1.32.3-1.1"),
      (stanza.replacing("\n", with: "\r\n"), "1.32.3-1.1"),
      (stanza.replacing("ok installed", with: "ok config-files"), nil),
      (stanza.replacing("ok installed", with: "ok not-installed"), nil),
      (stanza.replacing("Package: kubelet", with: "Package: kubelet-x"), nil),
      ("Package: a\nDescription: x\n Package: kubelet\nStatus: install ok installed\nVersion: 1\n", nil),
      (stanza.replacing("ok installed", with: "ok half-configured") + "\n" + stanza, "1.32.3-1.1"),
      ("Package: kubelet", nil), ("", nil), ("\n\n\0\n", nil),
    ] as [(String, String?)])
  func dpkg(text: String, expected: String?) {
    #expect(DebianPackages.installedVersion(of: "kubelet", inStatus: Array(text.utf8)) == expected)
  }

  @Test("bytes that are no UTF-8 elsewhere in dpkg's record do no harm")
  func dpkgBytes() {
    let bytes: [UInt8] = [0xFF, 0xFE, 0x0A, 0x0A] + Array(Self.stanza.utf8) + [0xC3]
    #expect(DebianPackages.installedVersion(of: "kubelet", inStatus: bytes) == "1.32.3-1.1")
  }

  @Test("the program's own answer")
  func answer() {
    func parse(_ text: String, _ ending: ChildResult.Ending = .exited(0)) -> KubernetesVersion? {
      try? KubeletVersionProbe.parse(ChildResult(ending: ending, output: Array(text.utf8))).get()
    }
    #expect(parse("Kubernetes v1.31.0\n") == KubernetesVersion(major: 1, minor: 31, patch: 0))
    #expect(parse("Kubernetes v1.31.0\n", .exited(1)) == nil)
    #expect(parse("Kubernetes v1.31.0\n", .signalled(9)) == nil)
    #expect(parse("kubelet: not found") == nil)
    #expect(parse("") == nil)
  }
}
