import AgentText
import AgentHost
import AgentKnowledge
import ArgumentParser

/// `nodeagent helper`, the hidden mode in which the program serves the agent as root; taken before ArgumentParser.
///
/// It reads no configuration and listens only on the socket that nodeagent-helper.socket hands over; in a container,
/// where there is no systemd, on one that it makes itself.
enum HelperMode {
  /// The word that chooses it, as the first argument.
  static let word = "helper"

  /// What containers and tests set: `--listen PATH`, `--root DIR`, `--idle 1s`.
  private struct Options {
    /// Long when it made the socket itself: nothing would start it again at once.
    var idleTime: Duration { chosenIdleTime ?? (socket == nil ? .seconds(30) : .seconds(10 * 365 * 86400)) }
    var root = "/"
    var socket: String?
    private var chosenIdleTime: Duration?

    init(_ words: [String]) throws(CommandError) {
      var words = words[...]
      while let name = words.popFirst() {
        switch (name, words.popFirst()) {
        case ("--idle", let text?):
          guard let time = try? Duration(settingsScalar: text) else { throw .usage("--idle \(text) is no duration") }
          chosenIdleTime = time
        case ("--root", let path?): root = path
        case ("--listen", let path?): socket = path
        default: throw .usage("nodeagent \(word) takes no arguments: nodeagent-helper.socket starts it")
        }
      }
    }
  }

  /// Serves until nothing was asked for a while; never returns.
  static func run(_ words: [String]) -> Never {
    do {
      let options: Options
      do { options = try Options(words) } catch { throw failure(error) }
      let listener: Int32
      do { listener = try self.listener(options) } catch { throw failure(error) }
      try CommandRunner.run { loop in
        try await serve(listener, options, on: loop)
        return 0
      }
      NodeAgent.exit()
    } catch {
      NodeAgent.exit(withError: error)
    }
  }

  private static func listener(_ options: Options) throws(CommandError) -> Int32 {
    guard let path = options.socket else {
      guard let listener = ActivatedSocket.take() else {
        throw .usage("nodeagent \(word) is started by systemd: systemctl start nodeagent-helper.socket")
      }
      return listener
    }
    do { return try ListeningSocket.make(at: path) } catch { throw .usage("\(error)") }
  }

  private static func failure(_ error: CommandError) -> ExitCode {
    StandardStreams.error(error.message)
    return error.exitCode
  }

  private static func serve(_ listener: Int32, _ options: Options, on loop: EventLoop) async throws {
    let files = HostFiles(root: try HostRoot(options.root, mode: .live))
    let network = NetworkLoop()
    let worker = try Worker(loop: loop) { HeldPlace(finding: $0, files) }
    let probes = LiveHTTPProbes(files: files, worker: worker, network: network)
    let mounts = LiveMountProbes(loop: loop, files: files, worker: worker)
    let sources = HelperSources(
      files: files, worker: worker, probes: probes, mounts: mounts, clock: LoopClock(loop: loop))
    let server = HelperServer(loop: loop, network: network, idleTime: options.idleTime) {
      await HelperRequests.answer($0, asking: sources)
    }
    try await server.serve(listener)
  }
}
