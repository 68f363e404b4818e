package import AgentCore
import CLinux
import Glibc

/// What the kernel says of the agent's own process, whatever host it looks at.
package struct OwnProcess: Sendable, Hashable {
  /// Memory of its own: neither files nor shared, bytes (RssAnon of /proc/self/status, proc(5)).
  package var anonymousBytes: Int
  /// Memory that is resident, bytes (VmRSS).
  package var residentBytes: Int
  /// Address space, bytes (VmSize).
  package var virtualBytes: Int
  /// Threads.
  package var threads: Int
  /// Processor time since its start, seconds (getrusage(2)).
  package var cpuSeconds: Double
  /// Open descriptors (entries of /proc/self/fd).
  package var openDescriptors: Int
  /// The soft limit of descriptors (RLIMIT_NOFILE).
  package var mostDescriptors: Double
  /// What it may do beyond an ordinary user: a bit for each capability's number (CapEff, proc_pid_status(5)).
  package var effectiveCapabilities: UInt64
  /// Its start, seconds since 1970 (start time of /proc/self/stat and btime of /proc/stat).
  package var startSeconds: Double

  /// Reads the process's own files, never those below a `--root`.
  ///
  /// - Throws: ``FileError`` where /proc is not there.
  package init() throws(FileError) {
    let files = HostFiles(root: try HostRoot("/", mode: .live))
    let text = try files.text("/proc/self/status", limit: .kernel)
    let status = Self.fields(text)
    effectiveCapabilities = Self.capabilities(text)
    anonymousBytes = (status["RssAnon"] ?? 0).multipliedSaturated(by: 1024)
    residentBytes = (status["VmRSS"] ?? 0).multipliedSaturated(by: 1024)
    virtualBytes = (status["VmSize"] ?? 0).multipliedSaturated(by: 1024)
    threads = status["Threads"] ?? 0
    openDescriptors = (try files.entries("/proc/self/fd") ?? []).count
    cpuSeconds = Double(clinux_processor_microseconds()) / 1e6
    mostDescriptors = Self.mostDescriptors()
    startSeconds = Self.start(
      TaskStatus(try files.bytes("/proc/self/stat", limit: .kernel)), boot: try files.text("/proc/stat", limit: .kernel)
    )
  }

  /// Whether it has a capability.
  package func has(_ capability: Capability) -> Bool { (effectiveCapabilities >> UInt64(capability.number)) & 1 == 1 }

  /// None where the kernel does not say.
  private static func capabilities(_ status: String) -> UInt64 {
    let line = status.split(whereSeparator: \.isNewline).first { $0.hasPrefix("CapEff:") }
    return line.flatMap { UInt64($0.dropFirst("CapEff:".count).filter { !$0.isWhitespace }, radix: 16) } ?? 0
  }

  private static func fields(_ status: String) -> [String: Int] {
    status.split(whereSeparator: \.isNewline).reduce(into: [:]) { fields, line in
      let words = line.split(whereSeparator: { $0 == ":" || $0.isWhitespace })
      if words.count >= 2, let value = Int(words[1]) { fields[String(words[0])] = value }
    }
  }

  private static func mostDescriptors() -> Double {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
    return limit.rlim_cur == .max ? .infinity : Double(limit.rlim_cur)
  }

  private static func start(_ status: TaskStatus?, boot: String) -> Double {
    let line = boot.split(whereSeparator: \.isNewline).first { $0.hasPrefix("btime ") }
    let bootTime = line.flatMap { Double($0.dropFirst("btime ".count)) } ?? 0
    return bootTime + Double(status?.startTicks ?? 0) / Double(sysconf(CInt(_SC_CLK_TCK)))
  }
}
