import Glibc
import NIOCore
import NIOHTTP1

extension ProbeFailureReason {
  /// The reason that a socket's file gives.
  init(_ error: FileError) {
    self =
      switch error.reason {
      case .notFound: .missing
      case .permissionDenied: .denied
      default: .other(error.text)
      }
  }

  /// The reason that an error of NIO gives while connecting.
  init(connecting error: any Error, within deadline: Duration) {
    switch error {
    case ChannelError.connectTimeout: self = .noAnswer(within: deadline)
    case let error as IOError: self = Self.connecting(code: error.errnoCode)
    default: self = .other("\(error)")
    }
  }

  /// The reason that an error of NIO gives on a connection; `end` when the server has torn it down.
  init(receiving error: any Error, end: ProbeFailureReason, headLimit: Int) {
    switch error {
    case HTTPParserError.invalidEOFState: self = end
    case HTTPParserError.headerOverflow: self = .headTooLarge(limit: headLimit)
    case is HTTPParserError: self = .notHTTP
    case let error as IOError where error.errnoCode == ECONNRESET || error.errnoCode == EPIPE: self = end
    case let error as IOError: self = .other(Self.words(error.errnoCode))
    default: self = .other("\(error)")
    }
  }

  private static func connecting(code: CInt) -> ProbeFailureReason {
    switch code {
    case ENOENT: .missing
    case EACCES, EPERM: .denied
    case ECONNREFUSED: .refused
    case EAGAIN: .queueFull
    default: .other(words(code))
    }
  }

  /// The system's words, as they stand within a line.
  private static func words(_ code: CInt) -> String {
    let text = errorText(code)
    return text.prefix(1).lowercased() + text.dropFirst()
  }
}
