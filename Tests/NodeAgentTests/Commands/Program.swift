import Foundation

/// The program that was built beside the tests, run as a user runs it.
struct Program {
  struct Result: Sendable {
    var status: Int32
    var output: String
    var error: String
  }

  static var path: String {
    // The test bundle lies beside the products of the same build.
    let bundle = Bundle.allBundles.map(\.bundlePath).first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
    return URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("nodeagent").path
  }

  /// Runs to its end.
  static func run(_ arguments: String..., program: String = path, environment: [String: String] = [:]) throws -> Result
  {
    let running = try start(arguments, program: program, environment: environment)
    return running.finish()
  }

  static func start(
    _ arguments: [String], program: String = path, environment: [String: String] = [:], input: FileHandle? = nil
  ) throws -> Running {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    if let input { process.standardInput = input }
    let (output, error) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = error
    try process.run()
    return Running(process: process, output: output, error: error)
  }

  struct Running {
    let process: Process
    let output: Pipe
    let error: Pipe

    /// Waits for the end.
    func finish() -> Result {
      let out = output.fileHandleForReading.readDataToEndOfFile()
      let err = error.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      return Result(
        status: process.terminationStatus, output: String(decoding: out, as: UTF8.self),
        error: String(decoding: err, as: UTF8.self))
    }

    /// Waits until the log says something and returns that line.
    func log(until text: String) -> String? {
      var line = ""
      while let byte = try? error.fileHandleForReading.read(upToCount: 1), !byte.isEmpty {
        line += String(decoding: byte, as: UTF8.self)
        guard line.hasSuffix("\n") else { continue }
        if line.contains(text) { return line }
        line = ""
      }
      return nil
    }
  }
}
