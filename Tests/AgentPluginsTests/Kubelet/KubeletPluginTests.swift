@testable import AgentKnowledge
import AgentCore
import Testing

@testable import AgentPlugins

@Suite struct KubeletJudgeTests {
  private static let joined = [
    "/etc/kubernetes/kubelet.conf": "", "/usr/bin/kubelet": "",
    "/var/lib/kubelet/config.yaml":
      "kind: KubeletConfiguration\ncontainerRuntimeEndpoint: unix:///run/crio/crio.sock\n",
  ]

  private func observation(
    _ files: [[String: String]], links: [String: String] = [:], forbidden: [String] = [], roles: Set<Role>? = nil,
    at time: HostTime = TestHost.time
  ) async throws -> KubeletObservation {
    let contents = files.reduce(into: [:]) { $0.merge($1) { _, last in last } }
    let host = try TestHost(contents, links: links, forbidden: forbidden, roles: roles)
    let facts = try await host.host.kubelet.facts()
    return KubeletSourceReader.read(host.files, facts: facts, roles: host.host.roles, at: time)
  }

  private func configuration(_ files: [[String: String]], forbidden: [String] = []) async throws -> Verdict {
    KubeletConfigurationJudge(observation: try await observation(files, forbidden: forbidden)).verdict
  }

  /// A joined node without its kubelet.conf is no candidate.
  @Test(arguments: [
    ["/etc/kubernetes/manifests/kube-apiserver.yaml": ""], ["/var/lib/kubelet/pki/kubelet-client-current.pem": ""],
    ["/var/lib/kubelet/config.yaml": "kind: KubeletConfiguration\n", "/etc/kubernetes/pki/ca.crt": ""],
  ]) func aLostKubeconfigFails(sign: [String: String]) async throws {
    let verdict = try await configuration([["/usr/bin/kubelet": ""], sign])
    #expect(verdict.state == .failing && verdict.summary.contains("kubelet.conf is gone"), "\(verdict)")
    let host = try TestHost(sign.merging(["/usr/bin/kubelet": ""]) { $1 })
    #expect(host.host.roles.isDisjoint(with: [.candidate]))
    #expect(try await host.host.kubelet.facts().hasJoined)
  }

  /// kube-vip's manifest and a prepared configuration come before joining; a host of an external etcd never joins.
  @Test(arguments: [
    ["/etc/kubernetes/manifests/kube-vip.yaml": ""], ["/etc/kubernetes/manifests/etcd.yaml": ""],
    ["/var/lib/kubelet/config.yaml": "kind: KubeletConfiguration\n"], ["/etc/kubernetes/pki/ca.crt": ""],
    ["/var/lib/kubelet/pki/kubelet.crt": ""], ["/etc/kubernetes/bootstrap-kubelet.conf": ""],
  ]) func whatComesBeforeJoiningIsNoSignOfIt(files: [String: String]) async throws {
    let host = try TestHost(files.merging(["/usr/bin/kubelet": ""]) { $1 })
    #expect(host.host.roles == [.candidate])
    #expect(try await !host.host.kubelet.facts().hasJoined)
  }

  private static func config(_ text: String) -> [String: String] { ["/var/lib/kubelet/config.yaml": text] }

  @Test(
    arguments: [
      ([joined], CheckState.ok, "can read"),
      ([joined, config("kind: KubeletConfiguration\nunknownField: 1\n")], .ok, "can read"),
      ([joined, config("kind: [\n")], .failing, "config.yaml:"),
      ([joined, config("a:\tb\n\tc: d\n")], .failing, "config.yaml:"),
      ([joined, config("containerRuntimeEndpoint: tcp://1.2.3.4\n")], .failing, "is no unix socket"),
      ([joined.filter { !$0.key.hasSuffix("config.yaml") }], .failing, "no such file"),
      ([joined, config("apiVersion: v1\nkind: Config\n")], .failing, "kind is 'Config', not KubeletConfiguration"),
      (
        [joined, config("apiVersion: kubelet.config.k8s.io/v1\nkind: KubeletConfiguration\n")], .failing,
        "apiVersion is 'kubelet.config.k8s.io/v1'"
      ),
      (
        [joined, config("kind: KubeletConfiguration\nresolvConf: /run/systemd/resolve/resolv.conf\n")], .failing,
        "resolv.conf from /run/systemd/resolve/resolv.conf"
      ),
      (
        [
          joined, ["/run/systemd/resolve/resolv.conf": ""],
          config("kind: KubeletConfiguration\nresolvConf: /run/systemd/resolve/resolv.conf\n"),
        ], .ok, "can read"
      ),
    ] as [([[String: String]], CheckState, String)]) func theKubeletDiesOfWhatItCannotRead(
      files: [[String: String]], state: CheckState, words: String
    ) async throws
  {
    let verdict = try await configuration(files)
    #expect(verdict.state == state && verdict.summary.contains(words), "\(verdict)")
  }

  @Test func whatOnlyTheAgentMayNotReadIsUnknown() async throws {
    #expect(try await configuration([Self.joined], forbidden: ["/var/lib/kubelet"]).state == .unknown)
    #expect(try await configuration([Self.joined], forbidden: ["/etc/kubernetes"]).state == .unknown)
    let huge = String(repeating: "# comment\n", count: 1_000_000)
    #expect(try await configuration([Self.joined, Self.config(huge)]).state == .unknown)
  }

  @Test func nothingIsJudgedBeforeAJoinOrWhereNoKubeletBelongs() async throws {
    #expect(try await observation([["/usr/bin/kubelet": ""]]).irrelevance?.contains("not joined yet") == true)
    #expect(try await observation([], roles: [.storage]).irrelevance != nil)
    #expect(try await observation([Self.joined]).irrelevance == nil)
  }

  private static let start: Int64 = 1795247294
  private static let end: Int64 = 1826783294
  private static let certificate = """
    -----BEGIN CERTIFICATE-----
    MIIBqjCCAVCgAwIBAgIBBzAKBggqhkjOPQQDAjA0MRUwEwYDVQQKDAxzeXN0ZW06
    bm9kZXMxGzAZBgNVBAMMEnN5c3RlbTpub2RlOndvcmtlcjAeFw0yNjExMjEwNzQ4
    MTRaFw0yNzExMjEwNzQ4MTRaMDQxFTATBgNVBAoMDHN5c3RlbTpub2RlczEbMBkG
    A1UEAwwSc3lzdGVtOm5vZGU6d29ya2VyMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcD
    QgAEFvfbvNCqpbXXjNbMC4Jq4iUlm9Ig/wNVc9jiPR55pfpNB8VgJkc7IxCiH15m
    e9O7PFganYaSj+RNHSme6VRv1aNTMFEwHQYDVR0OBBYEFLzcZNzABLqRiN2tCyui
    68Ze6y6jMB8GA1UdIwQYMBaAFLzcZNzABLqRiN2tCyui68Ze6y6jMA8GA1UdEwEB
    /wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAML9y8QcRuwjeCoyepVLd9a1yP84
    ONDy6mIeDBYmZmMcAiALFvJz1+S41awVK/cR1Da7Tnq3KejBYh+IaYbcfKofWw==
    -----END CERTIFICATE-----
    """
  private static let current = "/var/lib/kubelet/pki/kubelet-client-current.pem"
  private static let target = "/var/lib/kubelet/pki/kubelet-client-2026-01-05-10-00-00.pem"

  @Test(
    arguments: [
      (end - 200 * 86_400, CheckState.ok, "valid for another 200 d"), (end - 20 * 86_400, .warning, "was not renewed"),
      (end + 3 * 86_400, .failing, "expired 3 d ago"), (start - 60, .failing, "is not valid yet"),
      // 10 % of a year are 36.5 days
      (end - 37 * 86_400, .ok, "valid"), (end - 36 * 86_400, .warning, "ends in 36 d"),
    ] as [(Int64, CheckState, String)]) func certificatesAreJudgedByTheShareOfTheirLife(
      seconds: Int64, state: CheckState, words: String
    ) async throws
  {
    let time = HostTime(wallNanoseconds: seconds * 1_000_000_000, bootNanoseconds: 0)
    let observation = try await observation(
      [Self.joined, [Self.target: Self.certificate]], links: [Self.current: Self.target], at: time)
    let verdict = KubeletCertificateJudge(observation: observation).verdict
    #expect(verdict.state == state && verdict.summary.contains(words), "\(verdict)")
  }

  @Test func linksThatLeadNowhereFailAndOtherCasesAreToldApart() async throws {
    let verdict = { (observation: KubeletObservation) in KubeletCertificateJudge(observation: observation).verdict }
    let dangling = verdict(try await observation([Self.joined], links: [Self.current: Self.target]))
    #expect(dangling.state == .failing && dangling.summary.contains(Self.target))
    #expect(verdict(try await observation([Self.joined])).state == .skipped)
    #expect(verdict(try await observation([Self.joined, [Self.current: "nonsense"]])).state == .failing)
    #expect(verdict(try await observation([Self.joined], forbidden: ["/var/lib/kubelet/pki"])).state == .unknown)
  }
}
