import AgentCore
import AgentHost

/// Asks a kubelet for its version, once per program file; who asks meanwhile waits for the same answer.
actor KubeletVersionProbe {
  /// Why a program gave no version.
  struct Failure: Error, Equatable {
    var message: String
  }

  private struct Program: Hashable {
    var path: String
    var stamp: HostFiles.Stamp
  }

  private static let deadline = Duration.seconds(2)

  private let loop: EventLoop
  private let files: HostFiles
  private let runner: ChildRunner
  private var last: (program: Program, answer: Result<KubernetesVersion, Failure>)?
  private var waiting: [Program: [CheckedContinuation<Void, Never>]] = [:]
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  init(loop: EventLoop, files: HostFiles) {
    self.loop = loop
    self.files = files
    runner = ChildRunner(loop: loop)
  }

  func version(of path: String, stamp: HostFiles.Stamp) async -> Result<KubernetesVersion, Failure> {
    let program = Program(path: path, stamp: stamp)
    if let last, last.program == program { return last.answer }
    if waiting[program] != nil {
      await withCheckedContinuation { waiting[program]?.append($0) }
      return last?.program == program ? last?.answer ?? .failure(Self.gone) : .failure(Self.gone)
    }
    waiting[program] = []
    let answer = await ask(path)
    // A question that was called off says nothing of the program.
    if answer != .failure(Self.gone) { last = (program, answer) }
    for continuation in waiting.removeValue(forKey: program) ?? [] { continuation.resume() }
    return answer
  }

  private static let gone = Failure(message: "\(ChildError.cancelled)")

  private func ask(_ path: String) async -> Result<KubernetesVersion, Failure> {
    do {
      let result = try await runner.run(path, ["--version"], of: files, deadline: Self.deadline)
      return Self.parse(result)
    } catch {
      return .failure(Failure(message: "\(error)"))
    }
  }

  /// Reads `Kubernetes v1.32.3`.
  static func parse(_ result: ChildResult) -> Result<KubernetesVersion, Failure> {
    guard result.ending == .exited(0) else { return .failure(Failure(message: "ended with \(result.ending)")) }
    let words = String(decoding: result.output, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    guard words.count >= 2, words[0] == "Kubernetes", let version = KubernetesVersion(words[1]) else {
      return .failure(Failure(message: "the answer is no version"))
    }
    return .success(version)
  }
}
