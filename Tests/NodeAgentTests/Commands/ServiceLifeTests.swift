import AgentTesting
import Foundation
import Testing

/// The daemon as systemd sees it: what it is told on its socket, and what signals do. Each waits for a message or a
/// line, never for time.
@Suite(.timeLimit(.minutes(10))) struct ServiceLifeTests {
  /// A daemon on a host of a few files, whose configuration is the test's.
  private struct Service {
    let tree: TemporaryTree
    let manager: DatagramSocket
    let running: Program.Running
    let port: String

    var configuration: String { tree.path + "/nodeagent.yaml" }

    init(_ configuration: String = "", _ arguments: String..., environment: [String: String] = [:]) throws {
      tree = try TemporaryTree(["nodeagent.yaml": configuration, "host/etc/hostname": "test\n"])
      manager = try DatagramSocket(tree.path + "/notify")
      running = try Program.start(
        ["run", "--listen", "127.0.0.1:0", "--root", tree.path + "/host", "--config", tree.path + "/nodeagent.yaml"]
          + arguments,
        environment: environment.merging(["NOTIFY_SOCKET": tree.path + "/notify"]) { $1 })
      let line = try #require(running.log(until: "listening on"))
      port = line.split(separator: ":").last.map { $0.filter(\.isNumber) } ?? ""
    }

    func get(_ path: String) throws -> String {
      try Program.run(
        "-sS", "--max-time", "20", "--fail", "http://127.0.0.1:\(port)\(path)", program: "/usr/bin/curl"
      ).output
    }

    func signal(_ number: Int32) { kill(running.process.processIdentifier, number) }

    /// Reloads and waits until systemd knows that it is over; returns what it was told.
    func reload() throws -> [String] {
      signal(SIGHUP)
      let begin = try manager.receive(upTo: "RELOADING=1")
      return begin + (try manager.receive(upTo: "READY=1"))
    }

    func finish() -> Program.Result {
      signal(SIGTERM)
      return running.finish()
    }
  }

  private static let off = "checks:\n  swap.policy: {enabled: false}\n"

  @Test func systemdIsToldOfStartAndEnd() throws {
    let service = try Service()
    let start = try service.manager.receive(upTo: "READY=1")
    #expect(start.first?.hasPrefix("EXTEND_TIMEOUT_USEC=30000000\nSTATUS=") == true)
    #expect(start.last?.contains("\nSTATUS=") == true)
    #expect(start.count { $0.contains("READY=1") } == 1)
    // Ready is whoever has looked once.
    #expect(try service.get("/readyz") == "ok\n")
    service.signal(SIGTERM)
    #expect(try service.manager.receive(upTo: "STOPPING=1").last == "STOPPING=1\nSTATUS=ending")
    let result = service.running.finish()
    #expect(result.status == 0 && service.running.process.terminationReason == .exit)
  }

  @Test func aReloadTakesANewConfigurationOver() throws {
    let service = try Service()
    _ = try service.manager.receive(upTo: "READY=1")
    #expect(!(try service.get("/status")).contains("switched off"))
    try service.tree.write("nodeagent.yaml", Self.off)
    let told = try service.reload()
    #expect(told.contains { $0.hasPrefix("RELOADING=1\nMONOTONIC_USEC=") })
    #expect(try service.get("/status").contains("switched off in \(service.configuration):2"))
    #expect(try service.get("/metrics").contains("\nnodeagent_config_last_reload_successful 1\n"))
    let result = service.finish()
    #expect(result.status == 0)
    #expect(result.error.contains("configuration loaded, watching as candidate; begun anew: nothing"))
  }

  @Test func aWrongConfigurationKeepsTheOneBefore() throws {
    let service = try Service(Self.off)
    _ = try service.manager.receive(upTo: "READY=1")
    let before = try service.get("/status")
    #expect(before.contains("switched off"))
    func stamp() throws -> Substring? {
      try service.get("/metrics").split(separator: "\n").first {
        $0.hasPrefix("nodeagent_config_last_reload_success_timestamp_seconds ")
      }
    }
    let loaded = try #require(try stamp())
    for wrong in ["checks:\n  swap.policy: {enabled: maybe}\nrole: [king]\n", "a: [", "listen: [\"x\"]"] {
      try service.tree.write("nodeagent.yaml", wrong)
      let told = try service.reload()
      #expect(told.last?.contains("STATUS=the configuration on disk is wrong, the one before is in force; ") == true)
      #expect(try service.get("/metrics").contains("\nnodeagent_config_last_reload_successful 0\n"))
      #expect(try service.get("/status").contains("switched off"))
      #expect(try stamp() == loaded)
    }
    try service.tree.remove("nodeagent.yaml")
    _ = try service.reload()
    #expect(try service.get("/metrics").contains("\nnodeagent_config_last_reload_successful 0\n"))
    try service.tree.write("nodeagent.yaml", "")
    let told = try service.reload()
    #expect(told.last?.contains("configuration on disk") == false)
    #expect(try service.get("/metrics").contains("\nnodeagent_config_last_reload_successful 1\n"))
    #expect(!(try service.get("/status")).contains("switched off"))
    let log = service.finish().error
    #expect(log.contains("error the configuration was not loaded, the one before stays in force:"))
    #expect(log.contains("error \(service.configuration):2:"))
    #expect(log.contains("error \(service.configuration):3:"))
  }

  @Test func aReloadSaysWhatItCannotTakeOver() throws {
    let tree = try TemporaryTree(["nodeagent.yaml": "listen: [\"127.0.0.1:0\"]", "host/etc/hostname": "test\n"])
    let manager = try DatagramSocket(tree.path + "/notify")
    let running = try Program.start(
      ["run", "--root", tree.path + "/host", "--config", tree.path + "/nodeagent.yaml"],
      environment: ["NOTIFY_SOCKET": tree.path + "/notify"])
    _ = try manager.receive(upTo: "READY=1")
    try tree.write("nodeagent.yaml", "listen: [\"127.0.0.1:1\"]")
    kill(running.process.processIdentifier, SIGHUP)
    _ = try manager.receive(upTo: "RELOADING=1")
    _ = try manager.receive(upTo: "READY=1")
    running.process.terminate()
    let result = running.finish()
    #expect(
      result.error.contains(
        "warning 'listen' changed, which a reload cannot take over: it listens on 127.0.0.1:0 until systemctl restart"))
    #expect(result.status == 0)
  }

  @Test func aHundredReloadsAreAFew() throws {
    let service = try Service()
    // Whether they come before it is ready, while it reloads, or after.
    for _ in 0..<100 { service.signal(SIGHUP) }
    _ = try service.manager.receive(upTo: "RELOADING=1")
    for _ in 0..<100 { service.signal(SIGHUP) }
    try service.tree.write("nodeagent.yaml", Self.off)
    service.signal(SIGHUP)
    while !(try service.get("/status")).contains("switched off") { _ = try service.manager.receive(upTo: "READY=1") }
    #expect(try service.get("/healthz") == "ok\n")
    let result = service.finish()
    #expect(result.status == 0)
    #expect(result.error.components(separatedBy: "configuration loaded").count < 200)
  }

  @Test func theWatchdogIsFed() throws {
    let service = try Service("", environment: ["WATCHDOG_USEC": "200000"])
    for _ in 0..<3 { _ = try service.manager.receive(upTo: "WATCHDOG=1") }
    #expect(service.finish().status == 0)
  }

  @Test func aWatchdogOfAnotherProcessIsNotFed() throws {
    let service = try Service("", environment: ["WATCHDOG_USEC": "1000", "WATCHDOG_PID": "1"])
    var told = try service.manager.receive(upTo: "READY=1")
    for _ in 0..<3 { told += try service.reload() }
    #expect(!told.contains { $0.contains("WATCHDOG") })
    #expect(service.finish().status == 0)
  }

  @Test func aWorkerThreadThatHangsStopsTheWatchdogAndNotTheEnd() throws {
    let service = try Service("", "--test-hang", "worker", environment: ["WATCHDOG_USEC": "1000000"])
    _ = try #require(service.running.log(until: "--test-hang worker"))
    // A reload needs the worker: it begins and does not end.
    service.signal(SIGHUP)
    _ = try service.manager.receive(upTo: "RELOADING=1")
    #expect(try service.get("/healthz") == "ok\n")
    let result = service.finish()
    #expect(result.status == 0 && service.running.process.terminationReason == .exit)
  }

  @Test func aPluginThatHangsHoldsUpNothing() throws {
    let service = try Service(
      "plugins: {swap: {timeout: 100ms}}", "--test-hang", "plugin:swap", environment: ["WATCHDOG_USEC": "200000"])
    let start = try service.manager.receive(upTo: "READY=1")
    #expect(start.last?.contains("could not be checked: swap.") == true)
    #expect(try service.get("/status").contains("no answer within 100ms"))
    for _ in 0..<3 { _ = try service.manager.receive(upTo: "WATCHDOG=1") }
    _ = try service.reload()
    let result = service.finish()
    #expect(result.status == 0 && service.running.process.terminationReason == .exit)
  }

  @Test(arguments: [["--test-hang", "plugin:nope"], ["--test-hang", "x"], ["--test-hang"]])
  func nothingElseHangs(arguments: [String]) throws {
    #expect(try Program.start(["run"] + arguments).finish().status == 64)
  }

  @Test func theHelpDoesNotShowHowToHang() throws {
    for arguments in [
      ["run", "--help"], ["help", "run"], ["run", "--help-hidden"], ["--generate-completion-script", "bash"],
    ] {
      let result = try Program.start(arguments).finish()
      #expect(result.output.contains("listen") && !result.output.contains("hang"))
    }
  }

  @Test func whyItDoesNotStartIsInTheStatus() throws {
    let tree = try TemporaryTree(["nodeagent.yaml": "listne: []"])
    let manager = try DatagramSocket(tree.path + "/notify")
    let result = try Program.run(
      "run", "--root", tree.path, "--config", tree.path + "/nodeagent.yaml",
      environment: ["NOTIFY_SOCKET": tree.path + "/notify"])
    #expect(result.status == 78)
    #expect(result.error.hasPrefix("\(tree.path)/nodeagent.yaml:1:1: key 'listne': unknown key"))
    let told = try #require(try manager.receive(upTo: "STOPPING=1").last)
    #expect(told.contains("STATUS=\(tree.path)/nodeagent.yaml:1:1: key 'listne': unknown key"))
  }

  @Test func whatTheJournalShowsHasAPriority() throws {
    // A file stands in for the journal's stream: its device and inode are what the environment names.
    let tree = try TemporaryTree(["log": ""])
    var file = stat()
    #expect(stat(tree.path + "/log", &file) == 0)
    let script = "\"$0\" run --listen 192.0.2.1:1 --root \"${1%/*}\" 2> \"$1\""
    let result = try Program.start(
      ["-c", script, Program.path, tree.path + "/log"], program: "/bin/sh",
      environment: ["JOURNAL_STREAM": "\(file.st_dev):\(file.st_ino)"]
    ).finish()
    #expect(result.status == 1)
    let log = try String(contentsOfFile: tree.path + "/log", encoding: .utf8)
    #expect(log.hasPrefix("<3>cannot listen on 192.0.2.1:1: "))
  }

  @Test func withoutSystemdNothingIsTold() throws {
    let tree = try TemporaryTree(["host/etc/hostname": "test\n"])
    let running = try Program.start(
      ["run", "--listen", "127.0.0.1:0", "--root", tree.path + "/host"],
      environment: ["JOURNAL_STREAM": "1:1"])
    _ = try #require(running.log(until: "listening on"))
    running.process.terminate()
    let result = running.finish()
    #expect(result.status == 0 && !result.error.contains("cannot be told"))
  }
}
