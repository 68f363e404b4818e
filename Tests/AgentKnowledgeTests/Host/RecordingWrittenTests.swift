import AgentTesting
import Testing

@testable import AgentHost
@testable import AgentKnowledge
@testable import AgentText

/// What sources write into `recorded.yaml` is what they read from it.
@Suite struct RecordingWrittenTests {
  /// Every key of every section, with other values than the defaults, and the texts that YAML makes hard.
  private static let full = #"""
    time: 1795230000
    uptime: 2937600
    forbidden: ["/etc/my file", /root]
    clock: {maxerror: 1, esterror: 2, offset: -3, status: 8193, state: 5, tai: 37}
    units:
      "crio.service": {Id: "cri-o.service", LoadState: masked, ActiveState: failed, SubState: auto-restart, Result: exit-code, ExecMainCode: 1,
        ExecMainStatus: 203, NRestarts: 7, MemoryCurrent: 5368709120, Restart: always, RestartUSec: 250ms, Job: 1,
        UnitFileState: "", FragmentPath: /usr/lib/systemd/system/crio.service, NeedDaemonReload: true,
        StateChangeTimestamp: 1795000000, ActiveEnterTimestamp: 1795000001, InactiveExitTimestamp: 1795000002,
        Log: ["error: \"no\" space", "a: b # c", "- d", "e\n\u202e"]}
      kubelet.service: {}
    spaces:
      "/mnt/a b": {totalBytes: 9223372036854775807, freeBytes: 1, totalInodes: 3, freeInodes: 2}
      /: {totalBytes: 2, freeBytes: 1}
    links:
      - {name: lo, type: 772, mtu: 65536}
      - {name: eth0, mac: "52:54:00:12:34:56", speed: 2500, receiveErrors: 1, transmitErrors: 2, receiveDropped: 3,
         transmitDropped: 4, receiveCRCErrors: 5, carrierChanges: 6, master: br0, promiscuous: true}
      - {name: "123", kind: vlan, lower: eth0, up: false}
      - {name: wlan0, wireless: true, carrier: false}
      - {name: vx, kind: vxlan, local: 192.0.2.1, noARP: true, pointToPoint: true, loopback: true}
    addresses:
      - {interface: eth0, address: 192.0.2.1, prefixLength: 24, created: 12, flags: [secondary, deprecated]}
      - {interface: eth0, address: "fe80::1", prefixLength: 64, scope: link, flags: []}
      - {interface: lo, address: 127.0.0.1, prefixLength: 8, scope: host}
    neighbours:
      - {interface: eth0, address: 192.0.2.9, mac: "52:54:00:00:00:09", state: stale}
      - {interface: eth0, address: "2001:db8::9", state: failed}
    arp:
      - {address: 192.0.2.230, claimants: ["52:54:00:00:00:02", "00:00:5e:00:01:33"]}
      - {address: 192.0.2.231, claimants: []}
    adverts:
      - {interface: eth0, number: 51, from: 192.0.2.20, mac: "52:54:00:00:00:20", priority: 90, own: true,
         addresses: [192.0.2.230], interval: 2s, lasting: 9s}
      - {interface: eth0, number: 52, from: "fe80::2"}
    vrrp:
      - {interface: eth0, id: 51, state: master}
      - {interface: eth0, id: 51, family: 6, state: fault}
    http:
      - {target: "unix:/run/crio/crio.sock", path: /info, body: "{\"a\": \"b\\nc\"}\n\tü"}
      - {target: "[::1]:80", host: a.example.org, status: 302, fields: {Location: "/login: x", "1": "true"}}
      - {target: "192.0.2.3:6443", path: /livez, fails: body, reason: closed in the middle of the answer}
    nfs:
      - {server: 192.0.2.171, latency: 40ms}
      - {server: "2001:db8::171", port: 20490, fails: connect, reason: no answer within 1500 ms}
      - {server: 192.0.2.172, refuses: it does not serve NFS}
      - {server: 192.0.2.173, versions: [2, 3]}
    mounts:
      "0:52": {totalBytes: 10, freeBytes: 5, writable: false, openToAll: true}
      "0:53": {error: 116}
      "0:54": {stuck: true}
    """#

  /// The keys that a text of YAML has at the top and below it, with their values, as libyaml reads them.
  private func tree(_ text: String) throws -> SettingsNode { try Settings.load(text: Array(text.utf8), file: "x") }

  @Test func everyKeyIsWrittenAsItWasRead() throws {
    let once = SettingsWriter(try recording(Self.full)).document
    let given = try tree(Self.full)
    let written = try tree(once)
    #expect(written.shape == given.shape)
    // The second time through nothing changes any more.
    #expect(SettingsWriter(try recording(once)).document == once)
  }

  @Test func whatIsDefaultIsLeftOut() throws {
    #expect(SettingsWriter(try recording("{}")).document.isEmpty)
    // A host without interfaces is not one that was not asked for them, and nobody heard is not unheard.
    let nothing = SettingsWriter(try recording("adverts: []\nlinks: []\n")).document
    #expect(nothing == "links: []\naddresses: []\nneighbours: []\nadverts: []\n")
  }

  @Test func answersAreRecordedAndBodiesThatAreNoTextAreNot() throws {
    let request = HTTPProbeRequest(try ProbeTarget(settingsScalar: "127.0.0.1:10248"), path: "/healthz")
    let answer = HTTPProbeAnswer(
      status: 200, fields: [HTTPField(name: "Set-Cookie", value: "secret"), HTTPField(name: "Server", value: "x")],
      body: Array("ok".utf8))
    let kept = try #require(RecordedHTTP(request, HTTPProbeResult(.answered(answer)), fields: ["server"]))
    let text = "http:\n  - \(SettingsWriter(kept).document.split(separator: "\n").joined(separator: "\n    "))\n"
    #expect(!text.contains("secret"))
    let replayed = RecordedHTTPProbes(
      try recording(text).http, files: HostFiles(root: try HostRoot("/", mode: .recorded))
    ).get(request)
    #expect(replayed.outcome == .answered(HTTPProbeAnswer(status: 200, fields: [answer.fields[1]], body: answer.body)))
    for body: [UInt8] in [[0xff], [0x61, 0]] {
      #expect(RecordedHTTP(request, HTTPProbeResult(.answered(HTTPProbeAnswer(status: 200, body: body)))) == nil)
    }
    #expect(RecordedHTTP(request, HTTPProbeResult(.notRecorded)) == nil)
  }
}

extension SettingsNode {
  /// Keys and values without order and places, empty mappings apart from nothing.
  fileprivate var shape: String {
    guard let yaml else { return "-" }
    if yaml.mapping != nil {
      return "{\(children.map { "\($0.key)=\($0.shape)" }.sorted().joined(separator: ","))}"
    }
    if yaml.sequence != nil { return "[\(items.map(\.shape).joined(separator: ","))]" }
    return String(describing: yaml.scalar)
  }
}
