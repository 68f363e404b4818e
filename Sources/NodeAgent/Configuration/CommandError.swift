import ArgumentParser

/// Why a command could not do its work, with the exit status that the contract gives it.
enum CommandError: Error {
  /// Wrong usage (64, EX_USAGE of sysexits.h).
  case usage(String)
  /// The configuration is wrong (78, EX_CONFIG).
  case configuration(String)
  /// The host did not let itself be read in the time that was given (3).
  case late(String)
  /// Anything else (1).
  case failed(String)

  var message: String {
    switch self {
    case .usage(let message), .configuration(let message), .late(let message), .failed(let message): message
    }
  }

  var exitCode: ExitCode {
    switch self {
    case .usage: ExitCode(64)
    case .configuration: ExitCode(78)
    case .late: ExitCode(3)
    case .failed: ExitCode(1)
    }
  }
}
