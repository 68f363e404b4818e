import CLinux
import Glibc

/// Where the daemon's log goes, without ever waiting for who reads it: journald may be stopped, a pipe full, a terminal
/// held, a disk dead.
///
/// What cannot be written at once waits in a queue with a bound; what does not fit is dropped and counted, and the first
/// entry after the gap says how many are missing.
package final class LogOutput: Sendable {
  /// What standard error is.
  package enum Kind: Sendable, Hashable {
    /// The journal's own socket.
    case journal
    /// A pipe, a terminal or a socket, lines of the journal's stream included.
    case stream
    /// A regular file, whose disk may not answer.
    case file
  }

  /// The most that waits, in bytes.
  static let bound = 64 << 10

  private struct State: Sendable {
    /// Entries that wait, and how much of the first is written.
    var waiting: [[UInt8]] = []
    var written = 0
    var size = 0
    var dropped = 0
    /// Those that were dropped since the last entry that says so.
    var missing = 0
    var isWriting = false

    mutating func drop(_ count: Int) {
      dropped += count
      missing += count
    }

    mutating func removeFirst() {
      size -= waiting.removeFirst().count
      written = 0
    }

    mutating func removeAll() -> [[UInt8]] {
      defer { (waiting, size) = ([], 0) }
      return waiting
    }
  }

  package let kind: Kind
  private let descriptor: CInt
  private let isOwned: Bool
  private let worker: Worker?
  private let loop: EventLoop
  private let timer: LoopTimer
  private let state = Guarded(State())

  /// Finds out what standard error is.
  ///
  /// - Parameters:
  ///   - loop: tries again what could not be written, once a second.
  ///   - wantsFields: whether entries with fields may go to the journal's own socket, where standard error ends there.
  package convenience init(loop: EventLoop, wantsFields: Bool) {
    self.init(
      loop: loop, standardError: STDERR_FILENO,
      isJournal: wantsFields && Journal.isStandardError && Journal.takesFields)
  }

  init(loop: EventLoop, standardError: CInt, isJournal: Bool) {
    self.loop = loop
    timer = LoopTimer(loop: loop)
    var status = stat()
    let type = fstat(standardError, &status) == 0 ? clinux_file_kind(status.st_mode) : 0
    let (socket, regular) = (CChar(UInt8(ascii: "s")), CChar(UInt8(ascii: "-")))
    var (descriptor, isOwned, worker): (CInt, Bool, Worker?) = (standardError, false, nil)
    if isJournal {
      (descriptor, isOwned) = (clinux_datagram_socket(), true)
    } else if type == regular {
      worker = try? Worker(loop: loop)
    } else if type != socket {
      // O_NONBLOCK of the opening that was inherited would be everybody's who has it.
      let own = clinux_reopen_for_writing(standardError)
      if own >= 0 { (descriptor, isOwned) = (own, true) } else { worker = try? Worker(loop: loop) }
    }
    kind = isJournal ? .journal : worker == nil ? .stream : .file
    (self.descriptor, self.isOwned, self.worker) = (descriptor, isOwned, worker)
  }

  deinit {
    if isOwned { close(descriptor) }
  }

  /// How many entries were dropped since the start.
  package var dropped: Int { state.withLock(\.dropped) }

  /// Takes an entry; never waits.
  ///
  /// - Parameters:
  ///   - entry: with its line break.
  ///   - gap: makes the entry that says how many are missing.
  package func write(_ entry: [UInt8], gap: (Int) -> [UInt8]) {
    state.withLock { state in
      let notice = state.missing > 0 ? gap(state.missing) : []
      guard state.size + notice.count + entry.count <= Self.bound else {
        return state.drop(1)
      }
      if !notice.isEmpty { state.waiting.append(notice) }
      state.missing = 0
      state.waiting.append(entry)
      state.size += notice.count + entry.count
    }
    flush()
  }

  /// Writes what can be written now.
  private func flush() {
    if let worker { return begin(on: worker) }
    let isEmpty: Bool = state.withLock { state in
      while let entry = state.waiting.first {
        switch put(entry[state.written...]) {
        case .written(let count) where state.written + count < entry.count: state.written += count
        case .written: state.removeFirst()
        case .lost:
          state.removeFirst()
          state.drop(1)
        case .full: return false
        }
      }
      return true
    }
    guard !isEmpty else { return }
    timer.start(after: .seconds(1)) { [weak self] in
      self?.flush()
      return self?.state.withLock(\.waiting).isEmpty == false ? .seconds(1) : nil
    }
  }

  private enum Outcome {
    case written(Int)
    /// Nobody takes anything now.
    case full
    /// It can never be written.
    case lost
  }

  private func put(_ bytes: ArraySlice<UInt8>) -> Outcome {
    if kind == .journal {
      switch Journal.send(Array(bytes), by: descriptor) {
      case 0: return .written(bytes.count)
      // journald is being restarted, or was stopped: its socket unit keeps what is sent.
      case EAGAIN, ENOBUFS, ENOENT, ECONNREFUSED, EINTR: return .full
      default: return .lost
      }
    }
    let count = bytes.withUnsafeBytes { bytes in
      // write(2) of a socket would wait where the opening is not non-blocking.
      isOwned
        ? Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        : send(descriptor, bytes.baseAddress, bytes.count, CInt(MSG_DONTWAIT | MSG_NOSIGNAL))
    }
    if count >= 0 { return .written(count) }
    return errno == EAGAIN || errno == EINTR || errno == ENOBUFS ? .full : .lost
  }

  /// A file is written on a thread of its own, which may not come back.
  private func begin(on worker: Worker) {
    let entries: [[UInt8]]? = state.withLock { state in
      guard !state.isWriting, !state.waiting.isEmpty else { return nil }
      state.isWriting = true
      return state.removeAll()
    }
    guard let entries else { return }
    Task(executorPreference: loop) { [descriptor] in
      let isWritten = try? await worker.run {
        var rest = entries.flatMap(\.self)[...]
        while !rest.isEmpty {
          let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
          if count < 0 && errno != EINTR { return false }
          rest = rest.dropFirst(max(0, count))
        }
        return true
      }
      self.state.withLock { state in
        state.isWriting = false
        if isWritten != true { state.drop(entries.count) }
      }
      self.begin(on: worker)
    }
  }
}
