import AgentHost
import ArgumentParser

/// `nodeagent helper`, the hidden mode in which the program serves the agent as root; taken before ArgumentParser.
///
/// It reads no configuration and listens only on the socket that nodeagent-helper.socket hands over.
enum HelperMode {
  /// The word that chooses it, as the first argument.
  static let word = "helper"

  /// What tests set: `--idle 1s`, `--root DIR`.
  private struct Options {
    var idleTime = Duration.seconds(30)
    var root = "/"

    init(_ words: [String]) throws(CommandError) {
      var words = words[...]
      while let name = words.popFirst() {
        switch (name, words.popFirst()) {
        case ("--idle", let text?):
          guard let time = try? Duration(settingsScalar: text) else { throw .usage("--idle \(text) is no duration") }
          idleTime = time
        case ("--root", let path?): root = path
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
      guard let listener = ActivatedSocket.take() else {
        throw failure(.usage("nodeagent \(word) is started by systemd: systemctl start nodeagent-helper.socket"))
      }
      try CommandRunner.run { loop in
        try await serve(listener, options, on: loop)
        return 0
      }
      NodeAgent.exit()
    } catch {
      NodeAgent.exit(withError: error)
    }
  }

  private static func failure(_ error: CommandError) -> ExitCode {
    StandardStreams.error(error.message)
    return error.exitCode
  }

  private static func serve(_ listener: Int32, _ options: Options, on loop: EventLoop) async throws {
    let files = HostFiles(root: try HostRoot(options.root, mode: .live))
    let network = NetworkLoop()
    let worker = try Worker()
    let probes = HTTPProbes(files: files, worker: worker, network: network, recorded: [])
    let mounts = MountLooks(loop: loop, files: files, worker: worker, recorded: nil)
    let sources = HelperSources(
      files: files, worker: worker, probes: probes, mounts: mounts, clock: LoopClock(loop: loop))
    try await HelperServer(loop: loop, network: network, sources: sources, idleTime: options.idleTime).serve(listener)
  }
}
