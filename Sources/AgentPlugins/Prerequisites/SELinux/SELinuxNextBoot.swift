import AgentCore
import AgentHost

/// What the next boot makes of SELinux, by the same files and the same command line.
enum SELinuxNextBoot: Sendable, Equatable {
  /// What decides.
  enum Cause: Sendable, Equatable {
    /// `selinux=0` on the kernel's command line.
    case switchedOff
    /// The kernel starts without it for another reason: not compiled in, or another security module has its place.
    case otherKernel
    /// `enforcing=` on the kernel's command line.
    case commandLine
    /// A line of the configuration file.
    case line(SELinuxConfig.Line)
    /// No file, or no line of it that is understood.
    case noLine
    /// There is no policy to load in this directory.
    case noPolicy(String)
  }

  /// It boots into a mode.
  case mode(SELinuxMode, Cause)
  /// systemd stops the boot: enforcing is asked for, and there is no policy in this directory (mac_selinux_setup() in
  /// src/core/selinux-setup.c).
  case halts(String)
  /// A file that decides cannot be read.
  case hidden(FileError)

  /// - Parameters:
  ///   - words: of the command line.
  ///   - isInKernel: whether the running kernel has SELinux.
  ///   - policy: the policy's file; absent where there is none.
  static func decide(
    config: Fact<SELinuxConfig>, words: Fact<SELinuxBootWords>, isInKernel: Fact<Bool>, policy: Fact<String>
  ) -> SELinuxNextBoot {
    if let error = words.error { return .hidden(error) }
    if words.value?.isOff == true { return .mode(.disabled, .switchedOff) }
    switch isInKernel {
    case .known(true, _): break
    case .known(false, _): return .mode(.disabled, .otherKernel)
    case .absent: return .hidden(FileError(SELinuxFacts.fileSystemsPath, .notFound))
    case .unreadable(let error): return .hidden(error)
    }
    if let error = config.error { return .hidden(error) }
    let cause = config.value?.modeLine.map(Cause.line) ?? .noLine
    if config.value?.mode == .disabled { return .mode(.disabled, cause) }
    let wanted: (mode: SELinuxMode, cause: Cause)
    if let enforcing = words.value?.enforcing {
      wanted = (enforcing ? .enforcing : .permissive, .commandLine)
    } else {
      wanted = (config.value?.mode ?? .permissive, cause)
    }
    switch policy {
    case .known: return .mode(wanted.mode, wanted.cause)
    case .unreadable(let error): return .hidden(error)
    case .absent:
      let directory = policyDirectory(config.value)
      return wanted.mode == .enforcing ? .halts(directory) : .mode(.disabled, .noPolicy(directory))
    }
  }

  /// Where the policy lies that the configuration names.
  static func policyDirectory(_ config: SELinuxConfig?) -> String {
    "/etc/selinux/\(config?.type ?? "targeted")/policy"
  }
}
