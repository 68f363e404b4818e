@testable import AgentText
@testable import AgentKnowledge
import AgentCore
import Foundation
import Testing

@testable import AgentPlugins

@Suite struct NFSPluginTests {
  private typealias Support = NFSSupport

  @Test func withoutNFSThereIsNothingToJudge() async throws {
    let verdicts = try await Support.verdicts(Support.files(mounts: []))
    #expect(verdicts.allSatisfy { $0.state == .skipped })
    #expect(verdicts.map(\.check) == NFSChecks.all.map(\.id))
  }

  @Test func aTableThatCannotBeReadIsUnknown() async throws {
    #expect(try await Support.verdicts([:]).allSatisfy { $0.state == .unknown })
  }

  @Test func aServerThatAnswersIsWell() async throws {
    let verdicts = try await Support.verdicts(Support.files(recorded: Support.serves + Support.answers))
    let server = try verdicts.of("nfs.server")
    #expect(server.subject == "192.0.2.1" && server.state == .ok, "\(server)")
    let responding = try verdicts.of("nfs.responding")
    #expect(responding.subject == "192.0.2.1 /srv" && responding.state == .ok, "\(responding)")
    #expect(!verdicts.contains { $0.state.isFinding }, "\(verdicts.filter(\.state.isFinding))")
  }

  @Test(
    arguments: [
      ("fails: connect, reason: connection refused", "", "is up, but its NFS service is down"),
      ("fails: connect, reason: no answer within 1500 ms", "", "the host is down, or the network drops"),
      ("fails: connect, reason: no answer within 1500 ms", "failed", "is down or cut off"),
      ("fails: connect, reason: no answer within 1500 ms", "incomplete", "is down or cut off"),
      ("fails: connect, reason: no answer within 1500 ms", "reachable", "within the last minute, but port 2049"),
      ("fails: connect, reason: no answer within 1500 ms", "delay", "the host is down, or the network drops"),
      ("fails: connect, reason: no answer within 1500 ms", "probe", "the host is down, or the network drops"),
      ("fails: connect, reason: no route to host", "", "is down or cut off: no route"),
      ("fails: connect, reason: network is unreachable", "", "no way to 192.0.2.1"),
      ("fails: reply, reason: no answer within 1500 ms", "", "takes connections, but"),
      ("fails: reply, reason: closed before an answer", "", "is up, but its NFS service does not answer"),
      ("refuses: it does not serve NFS", "", "is up, but it does not serve NFS"),
    ]) func whatIsGoneIsToldApart(answer: String, neighbour: String, words: String) async throws
  {
    var recorded = "nfs: [{server: 192.0.2.1, \(answer)}]\n"
    if !neighbour.isEmpty {
      recorded += "links: [{name: eth0}]\nneighbours: [{interface: eth0, address: 192.0.2.1, state: \(neighbour)}]\n"
    }
    let verdicts = try await Support.verdicts(Support.files(recorded: recorded))
    let server = try verdicts.of("nfs.server")
    #expect(server.state == .failing && server.summary.contains(words), "\(server)")
    let responding = try verdicts.of("nfs.responding")
    #expect(responding.state == .failing && responding.summary.contains("hangs until it is back"), "\(responding)")
  }

  // MARK: - A server that is a Service

  private static let dns = ["/var/lib/kubelet/config.yaml": "kind: KubeletConfiguration\nclusterDNS: [10.96.0.10]\n"]
  private static let manifest = [
    "/etc/kubernetes/manifests/kube-apiserver.yaml":
      "kind: Pod\nspec: {containers: [{command: [kube-apiserver, --service-cluster-ip-range=192.0.2.0/25]}]}\n"
  ]
  private static let ipvs =
    "links: [{name: kube-ipvs0, kind: dummy}]\naddresses: [{interface: kube-ipvs0, address: 192.0.2.1, prefixLength: 32}]\n"

  @Test(
    arguments: [
      ("10.96.12.34", dns, "", true), ("10.111.255.1", dns, "", true), ("10.112.0.1", dns, "", false),
      ("10.95.0.1", dns, "", false), ("192.0.2.1", dns, "", false), ("192.0.2.1", manifest, "", true),
      ("192.0.2.1", [:], ipvs, true), ("10.96.12.34", [:], "", false),
      // k3s begins at 10.43.0.0 and goes to 10.43.255.255.
      (
        "10.43.7.7", ["/var/lib/kubelet/config.yaml": dns.values.joined().replacing("10.96.0", with: "10.43.0")], "",
        true
      ),
      (
        "10.44.7.7", ["/var/lib/kubelet/config.yaml": dns.values.joined().replacing("10.96.0", with: "10.43.0")], "",
        false
      ),
      // A node-local cache says nothing of Services.
      (
        "169.254.20.20", ["/var/lib/kubelet/config.yaml": dns.values.joined().replacing("10.96.0", with: "169.254.20")],
        "links: [{name: lo}]\n", false
      ),
      // An address of this host's own link is a host's.
      (
        "10.96.12.34", dns,
        "links: [{name: eth0}]\naddresses: [{interface: eth0, address: 10.96.12.1, prefixLength: 24}]\n", false
      ),
    ] as [(String, [String: String], String, Bool)]) func aServiceHasNoHost(
      address: String, files: [String: String], network: String, isService: Bool
    ) async throws
  {
    let recorded = "nfs: [{server: \(address), fails: connect, reason: connection refused}]\n" + network
    var all = Support.files(recorded: recorded).merging(files) { $1 }
    for path in ["/proc/self/mountinfo", "/proc/1/mountinfo"] {
      all[path] = all[path]?.replacing("192.0.2.1", with: address)
    }
    let server = try await Support.verdicts(all).of("nfs.server")
    #expect(server.state == .failing && server.summary.contains("Service of the cluster") == isService, "\(server)")
    #expect(server.remedy?.contains("systemctl") == !isService)
    #expect(server.remedy?.contains("endpointslices") == isService)
  }

  @Test func aServerThatAnswersDoesNotProveAMountThatNobodyLookedAt() async throws {
    let responding = try await Support.verdicts(Support.files(recorded: Support.serves)).of("nfs.responding")
    #expect(responding.state == .skipped && responding.summary.contains("was not looked at"), "\(responding)")
  }

  @Test(
    arguments: [
      ("nfs: [{server: 192.0.2.1, latency: 900ms}]\n", "{}", "1 pod gets its answers late from 192.0.2.1: shop/db-0"),
      (Support.serves, "{totalBytes: 1000, freeBytes: 0}", "1 pod cannot write to 192.0.2.1: shop/db-0"),
      (Support.serves, "{writable: false, openToAll: true}", "1 pod cannot write to 192.0.2.1: shop/db-0"),
      (Support.serves, "{error: 116}", "1 pod waits for 192.0.2.1: shop/db-0"),
      (Support.serves, "{stuck: true}", "1 pod waits for 192.0.2.1: shop/db-0"),
    ]) func whoSuffersIsNamedForEveryFault(server: String, look: String, words: String) async throws
  {
    var files = Support.files(
      mounts: [Support.mount(40, at: Support.volume("pvc-1"), "192.0.2.1:/srv/pvc-1")],
      statistics: Support.statistics(Support.volume("pvc-1"), "192.0.2.1:/srv/pvc-1"),
      recorded: server + "mounts: {\"0:52\": \(look)}\n")
    files["/var/log/pods/shop_db-0_\(Support.pod)/"] = ""
    let host = try TestHost(files)
    let plugin = NFSPlugin(host: host.host, settings: try Support.nfsSettings(""))
    let observation = try await plugin.observe(at: TestHost.time)
    let pods = try plugin.judge(observation).of("nfs.pods")
    #expect(pods.state == .warning && pods.summary == words, "\(pods)")
    #expect(pods.evidence.contains(Evidence("volume pvc-1", "pod shop/db-0")))
    let info = plugin.metrics(observation).filter { $0.name == "nodeagent_nfs_affected_volume_info" }
    let labels = info.flatMap(\.samples).map { $0.labels.map { "\($0.name)=\($0.value)" }.joined(separator: ",") }
    #expect(labels == ["server=192.0.2.1,volume=pvc-1,pod=shop/db-0"])
  }

  @Test func ofManyVolumesThatSufferOnlySomeAreSeries() async throws {
    let mounts = (0..<300).map {
      Support.mount(40 + $0, at: Support.volume("pvc-\($0)", pod: "u\($0)"), "192.0.2.1:/srv/pvc-\($0)")
    }
    let host = try TestHost(
      Support.files(
        mounts: mounts, recorded: "nfs: [{server: 192.0.2.1, fails: connect, reason: connection refused}]\n"))
    let plugin = NFSPlugin(host: host.host, settings: try Support.nfsSettings(""))
    let families = plugin.metrics(try await plugin.observe(at: TestHost.time))
    #expect(families.first { $0.name == "nodeagent_nfs_affected_volume_info" }?.samples.count == 20)
  }

  @Test func aSlowServerIsAWarning() async throws {
    let recorded = "nfs: [{server: 192.0.2.1, latency: 900ms}]\n"
    let server = try await Support.verdicts(Support.files(recorded: recorded)).of("nfs.server")
    #expect(server.state == .warning && server.summary.contains("900 ms"), "\(server)")
  }

  @Test(
    arguments: [
      ("{error: 116}", "stale"), ("{error: 5}", "cannot be used: Input/output error"),
      ("{stuck: true}", "only this mount"),
    ]) func aMountThatIsStuckWhileItsServerAnswers(look: String, words: String) async throws
  {
    let recorded = Support.serves + "mounts: {\"0:52\": \(look)}\n"
    let verdicts = try await Support.verdicts(Support.files(recorded: recorded))
    let responding = try verdicts.of("nfs.responding")
    #expect(responding.state == .failing && responding.summary.contains(words), "\(responding)")
    #expect(try verdicts.of("nfs.server").state == .ok)
    #expect(responding.remedy?.contains("umount -f -l /mnt/nas") == true)
    #expect(try verdicts.of("nfs.space").state == .unknown)
  }

  @Test(
    arguments: [
      ("{totalBytes: 1000, freeBytes: 900}", CheckState.ok, "90 % free"),
      ("{totalBytes: 1000, freeBytes: 50}", .warning, "only 5 % free"),
      ("{totalBytes: 1000, freeBytes: 0}", .failing, "full"),
      ("{totalBytes: 1000, freeBytes: 900, totalInodes: 100, freeInodes: 3}", .warning, "3 % free for new files"),
      ("{}", .skipped, "does not tell"),
    ]) func spaceOnTheServer(look: String, state: CheckState, words: String) async throws
  {
    let recorded = Support.serves + "mounts: {\"0:52\": \(look)}\n"
    let space = try await Support.verdicts(Support.files(recorded: recorded)).of("nfs.space")
    #expect(space.state == state && space.summary.contains(words), "\(space)")
  }

  @Test(
    arguments: [
      ("{writable: false, openToAll: true}", CheckState.failing), ("{writable: false, openToAll: false}", .skipped),
      ("{}", .ok),
    ]) func anExportThatLetsNobodyWrite(look: String, state: CheckState) async throws
  {
    let recorded = Support.serves + "mounts: {\"0:52\": \(look)}\n"
    #expect(try await Support.verdicts(Support.files(recorded: recorded)).of("nfs.read-only").state == state)
  }

  @Test func whatIsMountedReadOnlyOnPurposeIsWell() async throws {
    let mount = Support.mount(40, "0:52", at: "/mnt/nas", "192.0.2.1:/srv", "ro,vers=4.2,addr=192.0.2.1")
    let files = Support.files(mounts: [mount], recorded: Support.serves + "mounts: {\"0:52\": {writable: false}}\n")
    let verdict = try await Support.verdicts(files).of("nfs.read-only")
    #expect(verdict.state == .ok && verdict.summary.contains("as mounted"))
  }

  @Test func aMountWithoutTCPIsLeftToItself() async throws {
    let mount = Support.mount(40, "0:52", at: "/mnt/nas", "192.0.2.1:/srv", "rw,vers=3,proto=udp,addr=192.0.2.1")
    let verdicts = try await Support.verdicts(Support.files(mounts: [mount]))
    let server = try verdicts.of("nfs.server")
    #expect(server.state == .skipped && server.summary.contains("udp"), "\(server)")
    #expect(try verdicts.of("nfs.responding").state == .unknown)
  }

  @Test func aConfiguredExportIsWatchedUnmounted() async throws {
    let cluster = "storage: {nfs: [{server: 192.0.2.1, export: /srv}, {server: nas.example, export: /x}]}\n"
    let files = Support.files(
      mounts: [], recorded: "nfs: [{server: 192.0.2.1, fails: connect, reason: connection refused}]\n")
    let verdicts = try await Support.verdicts(files, cluster: cluster)
    #expect(try verdicts.of("nfs.server", "192.0.2.1").state == .failing)
    // No mount and no line of /etc/hosts tells the address, and no name server is waited for.
    #expect(try verdicts.of("nfs.server", "nas.example").state == .unknown)
    #expect(try verdicts.of("nfs.responding").state == .skipped)
    let named = files.merging(["/etc/hosts": "192.0.2.1 nas.example\n"]) { $1 }
    #expect(try await Support.verdicts(named, cluster: cluster).of("nfs.server", "nas.example").state == .failing)
  }

  @Test func twoServersDoNotExplainEachOther() async throws {
    let mounts = [
      Support.mount(), Support.mount(41, "0:60", at: "/mnt/b", "192.0.2.2:/b", "rw,vers=4.2,addr=192.0.2.2"),
    ]
    let recorded =
      "nfs: [{server: 192.0.2.1}, {server: 192.0.2.2, fails: connect, reason: connection refused}]\n"
      + Support.answers
    let verdicts = try await Support.verdicts(Support.files(mounts: mounts, recorded: recorded))
    #expect(try verdicts.of("nfs.responding", "192.0.2.1 /srv").state == .ok)
    #expect(try verdicts.of("nfs.responding", "192.0.2.2 /b").state == .failing)
    let dependency = try #require(NFSChecks.all[1].dependsOn.first)
    #expect(dependency.matches(VerdictKey(check: "nfs.server", subject: "192.0.2.2"), findingOn: "192.0.2.2 /b"))
    #expect(!dependency.matches(VerdictKey(check: "nfs.server", subject: "192.0.2.2"), findingOn: "192.0.2.1 /srv"))
  }

  @Test func threeHundredVolumesOfOneServerAreOneFinding() async throws {
    for devices in [1, 300] {
      let mounts = (0..<300).map { index in
        Support.mount(
          40 + index, "0:\(52 + index % devices)", at: Support.volume("pvc-\(index)", pod: "pod-\(index)"),
          "192.0.2.1:/srv/pvc-\(index)")
      }
      let recorded = "nfs: [{server: 192.0.2.1, fails: connect, reason: connection refused}]\n"
      let verdicts = try await Support.verdicts(Support.files(mounts: mounts, statistics: "", recorded: recorded))
      #expect(
        verdicts.filter { $0.state == .failing }.map(\.key.description).sorted() == [
          "nfs.responding 192.0.2.1 /srv", "nfs.server 192.0.2.1",
        ])
      #expect(verdicts.count == 8)
    }
  }

  @Test func thePodsThatWaitAreNamed() async throws {
    let mounts = [
      Support.mount(40, at: Support.volume("pvc-1"), "192.0.2.1:/srv/pvc-1"),
      Support.mount(41, at: Support.volume("pvc-2", pod: "u2"), "192.0.2.1:/srv/pvc-2"),
    ]
    var files = Support.files(
      mounts: mounts, recorded: "nfs: [{server: 192.0.2.1, fails: connect, reason: connection refused}]\n")
    files["/var/log/pods/default_web-0_\(Support.pod)/"] = ""
    files["/var/lib/kubelet/pods/\(Support.pod)/volumes/kubernetes.io~csi/pvc-1/vol_data.json"] =
      #"{"driverName":"nfs.csi.k8s.io","specVolID":"pvc-1","volumeHandle":"192.0.2.1#srv#default/data-web-0#u#delete"}"#
    let verdicts = try await Support.verdicts(files)
    let pods = try verdicts.of("nfs.pods")
    #expect(pods.state == .warning && pods.summary == "2 pods wait for 192.0.2.1: default/web-0, u2", "\(pods)")
    #expect(pods.evidence.contains(Evidence("volume pvc-1", "pod default/web-0")))
    #expect(pods.evidence.contains(Evidence("vol_data.json", "directories default/data-web-0")))
    // Told once.
    #expect(try verdicts.of("nfs.responding").evidence.allSatisfy { !$0.source.hasPrefix("volume") })
  }

  @Test(arguments: ["", "not json", "{}", "[1,2", "\u{0}"]) func volumeDataThatIsNoneLeavesTheRest(text: String)
    async throws
  {
    var files = Support.files(
      mounts: [Support.mount(40, at: Support.volume("pvc-1"), "192.0.2.1:/srv/pvc-1")],
      recorded: "nfs: [{server: 192.0.2.1, fails: connect, reason: connection refused}]\n")
    files["/var/lib/kubelet/pods/\(Support.pod)/volumes/kubernetes.io~csi/pvc-1/vol_data.json"] = text
    #expect(try await Support.verdicts(files).of("nfs.pods").summary.hasPrefix("1 pod waits for 192.0.2.1"))
  }

  @Test func nothingIsReadBelowNFSNotEvenThePodsNames() async throws {
    // The kubelet's logs lie on the dead server.
    let mounts = [Support.mount(40, at: "/var/log", "192.0.2.1:/srv"), Support.mount(41, at: Support.volume("pvc-1"))]
    var files = Support.files(
      mounts: mounts, recorded: "nfs: [{server: 192.0.2.1, fails: connect, reason: connection refused}]\n")
    files["/var/log/pods/default_web-0_\(Support.pod)/"] = ""
    let pods = try await Support.verdicts(files).of("nfs.pods")
    #expect(pods.summary.contains(Support.pod) && !pods.summary.contains("web-0"), "\(pods)")
  }

  @Test func tasksAndMountsThatWait() async throws {
    var files = Support.files(recorded: Support.serves + "uptime: 3600\n")
    func stat(_ id: Int, _ name: String, _ state: String) -> String {
      "\(id) (\(name)) \(state) 1 1 1 0 -1 1 1 0 0 0 0 0 0 0 20 0 1 0 100 0 0 0\n"
    }
    files["/proc/70/stat"] = stat(70, "mount.nfs", "S")
    files["/proc/71/stat"] = stat(71, "dd", "D")
    files["/proc/71/wchan"] = "rpc_wait_bit_killable"
    var verdicts = try await Support.verdicts(files)
    let mounts = try verdicts.of("nfs.stuck-mounts")
    #expect(mounts.state == .warning && mounts.summary.contains("the oldest for 59 min"), "\(mounts)")
    #expect(try verdicts.of("nfs.blocked-tasks").summary == "1 task waits for NFS: dd")
    files["/proc/71/wchan"] = "0"
    verdicts = try await Support.verdicts(files)
    #expect(try verdicts.of("nfs.blocked-tasks").state == .unknown)
  }
}
