import AgentCore
import CLinux
import Glibc

/// Where the path of a thread that does not return lies.
package struct HeldPlace: Sendable, Hashable {
  /// The path as it was asked for.
  package var path: String
  /// The mount point of its file system; nil where that is the root's, or cannot be told.
  package var mount: String?
  /// Whether the file system is one of this machine's own disks, which may only be slow.
  package var isLocal: Bool

  /// Makes a place.
  package init(path: String, mount: String? = nil, isLocal: Bool = true) {
    self.path = path
    self.mount = mount
    self.isLocal = isLocal
  }
}

/// What the worker has to do, and which of its threads are held by calls that do not return: values alone, no call.
///
/// - A piece of work that lasts ``relief`` holds up the others no more: its thread is *held*, another goes on. Each
///   further one is waited for twice as long.
/// - One whose caller gave up, or that lasts ``patience``, is *abandoned*. If it waits for a file, its file system is asked
///   nothing more then; one that is no local disk is asked nothing as soon as the thread is held.
/// - With ``mostHeld`` threads held no further one is started; with as many abandoned, work is refused.
struct WorkerQueue: Sendable {
  static let patience = Duration.seconds(10)
  static let relief = Duration.milliseconds(500)
  static let mostHeld = 4

  /// A thread's work.
  struct Piece: Sendable {
    var job: WorkerJob
    /// Nanoseconds of CLOCK_MONOTONIC: time in which the machine sleeps is nobody's fault.
    var began: Int64
    /// The file that it is at.
    var place: HeldPlace?
    var isUnwanted = false
  }

  /// What is due at a moment.
  struct Due {
    /// Who waits no longer, and why.
    var late: [(WorkerJob, Worker.Failure)] = []
    /// The thread that is held from now on.
    var held: UInt64?
    /// How long until something may be due; nil when nothing is at work.
    var next: Duration?
  }

  private var abandoned = 0
  var isStopping = false
  private var waiting: [Piece] = []
  /// The thread that goes on with what waits.
  private var active: UInt64 = 0
  private var working: Piece?
  private var held: [UInt64: Piece] = [:]

  /// The present moment.
  static func now() -> Int64 { clinux_nanoseconds(CLOCK_MONOTONIC) }

  /// Whether nothing is done and nothing waits.
  var isIdle: Bool { working == nil && waiting.isEmpty }

  /// Whether nobody waits for anything: no time has to be kept.
  var isQuiet: Bool { isIdle && held.values.allSatisfy(\.isUnwanted) }

  /// How the threads are.
  var health: Worker.Health {
    Worker.Health(abandoned: abandoned, unread: held.values.compactMap { Self.refused($0)?.path }.sorted())
  }

  // MARK: callers

  /// Takes work, or says why not; and whether the thread must be woken.
  mutating func add(_ job: WorkerJob, at now: Int64) -> (refusal: Worker.Failure?, wakes: Bool) {
    let left = held.values.filter(\.isUnwanted)
    guard left.count < Self.mostHeld else {
      return (.exhausted(paths: left.compactMap { $0.place?.path }.sorted()), false)
    }
    waiting.append(Piece(job: job, began: now))
    // A thread at work looks for more when it is done.
    return (nil, working == nil)
  }

  mutating func addFirst(_ job: WorkerJob, at now: Int64) { waiting.insert(Piece(job: job, began: now), at: 0) }

  /// The caller waits no longer.
  mutating func giveUp(_ job: WorkerJob) {
    waiting.removeAll { $0.job === job }
    if working?.job === job { working?.isUnwanted = true }
    for (thread, piece) in held where piece.job === job { abandon(thread) }
  }

  // MARK: time

  mutating func look(at now: Int64) -> Due {
    var due = Due()
    let age = { (piece: Piece) in Duration.nanoseconds(now.subtractingSaturated(piece.began)) }
    for (thread, piece) in held where !piece.isUnwanted && age(piece) >= Self.patience {
      due.late.append((piece.job, .noAnswer(path: piece.place?.path, within: Self.patience)))
      abandon(thread)
    }
    for piece in waiting where age(piece) >= Self.patience {
      due.late.append((piece.job, .noAnswer(path: nil, within: Self.patience)))
    }
    waiting.removeAll { age($0) >= Self.patience }
    if let working {
      let isRefused = working.place.map { refusal(of: $0.path) != nil } ?? false
      let patience = min(Self.relief * (1 << held.count), Self.patience)
      if age(working) >= patience || isRefused, held.count < Self.mostHeld { due.held = active }
      if due.held == nil, age(working) >= Self.patience, !working.isUnwanted {
        due.late.append((working.job, .noAnswer(path: working.place?.path, within: Self.patience)))
        self.working?.isUnwanted = true
      }
    }
    if !isQuiet { due.next = Self.relief }
    return due
  }

  // MARK: threads

  /// The first thread.
  mutating func begin() -> UInt64 {
    active += 1
    return active
  }

  /// Lets a new thread go on instead of one that is held.
  mutating func relieve(_ thread: UInt64) -> UInt64 {
    guard thread == active, let piece = working else { return active }
    held[thread] = piece
    working = nil
    active += 1
    if piece.isUnwanted { abandoned += 1 }
    return active
  }

  /// There is no new thread: the held one goes on when it comes back.
  mutating func takeBack(_ thread: UInt64) {
    guard let piece = held.removeValue(forKey: thread) else { return }
    if piece.isUnwanted { abandoned -= 1 }
    working = piece
    active = thread
  }

  /// What a thread is to do now: nil when there is nothing, or when another thread has taken its place.
  mutating func next(for thread: UInt64, at now: Int64) -> WorkerJob? {
    guard thread == active, working == nil, !waiting.isEmpty else { return nil }
    var piece = waiting.removeFirst()
    piece.began = now
    working = piece
    return piece.job
  }

  /// A thread's work is done; false when another thread has taken its place, so that it ends.
  mutating func ended(_ thread: UInt64) -> Bool {
    guard thread == active else {
      held[thread] = nil
      return false
    }
    working = nil
    return true
  }

  /// Whether a thread is to end because the worker is gone.
  func isOver(for thread: UInt64) -> Bool { thread == active && isStopping && waiting.isEmpty }

  // MARK: places

  /// A thread comes to a file; the place that does not answer there, where it is refused.
  mutating func enter(_ path: String, _ thread: UInt64) -> HeldPlace? {
    if !held.isEmpty, let refusal = refusal(of: path) { return refusal }
    if thread == active { working?.place = HeldPlace(path: path) } else { held[thread]?.place = HeldPlace(path: path) }
    return nil
  }

  /// It has got what it wanted of the file: what takes long now is its own work.
  mutating func leave(_ thread: UInt64) {
    if thread == active { working?.place = nil } else { held[thread]?.place = nil }
  }

  /// The file that a thread is at.
  func place(of thread: UInt64) -> HeldPlace? { thread == active ? working?.place : held[thread]?.place }

  mutating func found(_ place: HeldPlace, of thread: UInt64) {
    guard held[thread]?.place?.path == place.path else { return }
    held[thread]?.place = place
  }

  /// The place that keeps a path from being asked for.
  private func refusal(of path: String) -> HeldPlace? {
    held.values.lazy.compactMap { piece -> HeldPlace? in
      guard let place = Self.refused(piece) else { return nil }
      return Self.isWithin(path, place.mount ?? place.path) ? place : nil
    }.first
  }

  /// The place of a held thread that is asked nothing more. A disk of this machine may only be slow, and so may the work
  /// be: who comes meanwhile tries it too.
  private static func refused(_ piece: Piece) -> HeldPlace? {
    piece.place.flatMap { piece.isUnwanted || !$0.isLocal ? $0 : nil }
  }

  private static func isWithin(_ path: String, _ directory: String) -> Bool {
    path == directory || path.hasPrefix(directory.hasSuffix("/") ? directory : directory + "/")
  }

  private mutating func abandon(_ thread: UInt64) {
    guard held[thread]?.isUnwanted == false else { return }
    held[thread]?.isUnwanted = true
    abandoned += 1
  }
}

/// A thread of the worker.
final class WorkerThread: Sendable {
  private let number: UInt64
  private let queue: Guarded<WorkerQueue>
  private let wakeDescriptor: CInt

  /// The thread that is asked from; nil on others.
  static var current: WorkerThread? {
    pthread_getspecific(key).map { Unmanaged<WorkerThread>.fromOpaque($0).takeUnretainedValue() }
  }

  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key, nil)
    return key
  }()

  private init(_ number: UInt64, _ queue: Guarded<WorkerQueue>, _ wakeDescriptor: CInt) {
    self.number = number
    self.queue = queue
    self.wakeDescriptor = wakeDescriptor
  }

  /// - Throws: ``SystemCallError`` when the process may have no further thread.
  static func start(
    _ number: UInt64, _ queue: Guarded<WorkerQueue>, waitingAt wakeDescriptor: CInt
  ) throws(SystemCallError) {
    var thread = pthread_t()
    let held = Unmanaged.passRetained(WorkerThread(number, queue, wakeDescriptor))
    let code = pthread_create(
      &thread, nil,
      { data in
        guard let data else { return nil }
        Unmanaged<WorkerThread>.fromOpaque(data).takeRetainedValue().live()
        return nil
      }, held.toOpaque())
    guard code == 0 else {
      held.release()
      throw SystemCallError("pthread_create", code: code)
    }
    pthread_detach(thread)
  }

  /// The file that this thread may be waiting for.
  var place: HeldPlace? { queue.withLock { $0.place(of: number) } }

  /// Notes that this thread has done with the file.
  func leave() { queue.withLock { $0.leave(number) } }

  /// Notes that this thread comes to a path; the place that does not answer there, when one is known.
  func enter(_ path: String) -> HeldPlace? { queue.withLock { $0.enter(path, number) } }

  private func live() {
    pthread_setspecific(Self.key, Unmanaged.passUnretained(self).toOpaque())
    while true {
      if let job = queue.withLock({ $0.next(for: number, at: WorkerQueue.now()) }) {
        job.run()
        guard queue.withLock({ $0.ended(number) }) else { return }
      } else {
        if queue.withLock({ $0.isOver(for: number) }) { break }
        var ticks: UInt64 = 0
        eventfd_read(wakeDescriptor, &ticks)
      }
    }
    close(wakeDescriptor)
  }
}
