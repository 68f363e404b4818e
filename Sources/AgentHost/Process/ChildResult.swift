/// What a child process left behind.
package struct ChildResult: Sendable, Equatable {
  /// How it ended.
  package enum Ending: Sendable, Equatable {
    /// It left with this status.
    case exited(Int32)
    /// This signal ended it.
    case signalled(Int32)
  }

  /// How it ended.
  package var ending: Ending
  /// Its standard output.
  package var output: [UInt8]

  /// Makes a result.
  package init(ending: Ending, output: [UInt8]) {
    self.ending = ending
    self.output = output
  }
}

/// Why a child process gave no result.
package enum ChildError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The host is recorded: nothing is ever run for it.
  case recorded
  /// The program cannot be opened.
  case program(FileError)
  /// A system call that starts or watches the child failed.
  case system(SystemCallError)
  /// It was killed after its time was over.
  case deadline(Duration)
  /// It was killed after it had written more than this many bytes.
  case tooMuchOutput(Int)
  /// It was killed because nobody waits for it any more.
  case cancelled

  /// The reason in words.
  package var description: String {
    switch self {
    case .recorded: "a recorded host runs nothing"
    case .program(let error): "\(error)"
    case .system(let error): "\(error)"
    case .deadline(let time): "no answer within \(time.components.seconds) s"
    case .tooMuchOutput(let limit): "wrote more than \(limit) bytes"
    case .cancelled: "cancelled"
    }
  }
}
