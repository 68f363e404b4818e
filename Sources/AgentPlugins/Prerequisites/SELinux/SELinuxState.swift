import AgentCore
import AgentHost

/// What SELinux does on the host now.
enum SELinuxState: Sendable, Equatable {
  /// It is in a mode; what tells.
  case running(SELinuxMode, Evidence)
  /// There is none: the kernel runs without it, and nothing configures it.
  case absent(Evidence)
  /// That cannot be seen, in words; what hides it.
  case hidden(String, Evidence)

  var mode: SELinuxMode? {
    if case .running(let mode, _) = self { mode } else { nil }
  }

  var evidence: Evidence {
    switch self {
    case .running(_, let evidence), .absent(let evidence), .hidden(_, let evidence): evidence
    }
  }
}

/// The files that tell the state.
struct SELinuxFacts: Sendable, Equatable {
  static let enforcePath = "/sys/fs/selinux/enforce"
  static let fileSystemsPath = "/proc/filesystems"
  static let labelPath = "/proc/self/attr/current"

  /// The content of selinuxfs's `enforce`; absent where selinuxfs is not mounted.
  var enforce: Fact<String>
  /// Whether /proc/filesystems lists selinuxfs, which is so exactly while the kernel runs SELinux
  /// (security/selinux/selinuxfs.c).
  var isInKernel: Fact<Bool>
  /// The agent's own label: `kernel` as long as no policy is loaded.
  var label: Fact<String>

  /// - Parameter isConfigured: whether something of the host turns SELinux on or off.
  func state(isConfigured: Bool) -> SELinuxState {
    switch enforce {
    case .known(let text, let source):
      let evidence = Evidence(source, text)
      switch text {
      case "0": return .running(.permissive, evidence)
      case "1": return .running(.enforcing, evidence)
      default: return .hidden("\(source) says neither 0 nor 1", evidence)
      }
    case .unreadable(let error): return Self.hidden(error)
    case .absent: return withoutFileSystem(isConfigured)
    }
  }

  private func withoutFileSystem(_ isConfigured: Bool) -> SELinuxState {
    switch isInKernel {
    case .known(true, _): return unmounted
    case .known(false, let source):
      let evidence = Evidence(source, "no selinuxfs")
      return isConfigured ? .running(.disabled, evidence) : .absent(evidence)
    case .absent:
      return .hidden(
        "neither \(Self.enforcePath) nor \(Self.fileSystemsPath) is there", Evidence(Self.enforcePath, "no such file"))
    case .unreadable(let error): return Self.hidden(error)
    }
  }

  /// The kernel runs SELinux. libselinux unmounts selinuxfs when the configuration says `disabled`, and loads no policy;
  /// a container may have no view of it.
  private var unmounted: SELinuxState {
    switch label {
    case .known(let label, let source) where label.contains(":"):
      return .hidden("SELinux is on, and \(Self.enforcePath) is not mounted here", Evidence(source, label))
    case .known(let label, let source): return .running(.disabled, Evidence(source, "\(label) (no policy is loaded)"))
    case .absent:
      return .hidden(
        "SELinux is in the kernel, and \(Self.enforcePath) is not mounted here",
        Evidence(Self.fileSystemsPath, "selinuxfs"))
    case .unreadable(let error): return Self.hidden(error)
    }
  }

  private static func hidden(_ error: FileError) -> SELinuxState {
    .hidden("\(error)", Evidence(error.path, error.text))
  }
}
