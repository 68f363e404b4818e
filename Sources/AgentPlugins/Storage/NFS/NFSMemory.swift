import AgentCore
import AgentHost
import Synchronization

/// What former looks at the mounted file systems of NFS gave.
final class NFSMemory: Sendable {
  /// How far back unanswered requests are compared: a request that is lost for ever stays uncounted after that.
  static let activityLength = Duration.seconds(60)
  /// How far back retransmissions are counted.
  static let latelyLength = Duration.seconds(300)
  /// How old a census may be while nothing is in doubt.
  static let censusLife = Duration.seconds(60)
  /// How long a good answer stands: under one interval, so that many mounts at once do not load the server.
  static let answerLife = Duration.seconds(4)
  private static let mostSamples = 80

  private struct Sample {
    var time: HostTime
    var statistics: NFSStatistics

    /// Requests without a reply, whatever became of them.
    var open: UInt64 { statistics.sends - min(statistics.sends, statistics.receives) }
  }

  private struct System {
    var samples: [Sample] = []
    var look: MountLook?
    var lookedAt: HostTime?
    var wasWritable = false
  }

  private struct State {
    var systems: [DeviceNumber: System] = [:]
    var answers: [NFSTarget: (answer: NFSAnswer, time: HostTime)] = [:]
    var tasks: StuckTasksReport?
    var tasksAt: HostTime?
  }

  private let state = Mutex(State())

  /// Adds the counters of a look; completes what is known of each file system.
  func add(_ views: inout [NFSSystemView], at time: HostTime) {
    state.withLock { state in
      let present = Set(views.map(\.system.device))
      state.systems = state.systems.filter { present.contains($0.key) }
      for index in views.indices {
        let device = views[index].system.device
        var known = state.systems[device] ?? System()
        if let statistics = views[index].statistics {
          // A younger file system has the number of one that was unmounted.
          if let last = known.samples.last, statistics.age < last.statistics.age { known = System() }
          Self.measure(statistics, &known.samples, &views[index], at: time)
        }
        state.systems[device] = known
        Self.recall(known, into: &views[index], at: time)
      }
    }
  }

  /// Keeps what a file system's server said.
  func keep(_ look: MountLook, of view: inout NFSSystemView, at time: HostTime) {
    state.withLock { state in
      var known = state.systems[view.system.device] ?? System()
      switch look {
      // These say nothing of the server.
      case .busy, .notRecorded: break
      // Nor do these, and the next round would learn no more.
      case .gone, .impossible:
        known.look = known.look ?? look
        known.lookedAt = time
      case .answered, .failed, .stuck, .stillStuck:
        known.look = look
        known.lookedAt = time
      }
      Self.recall(known, into: &view, at: time)
      if case .answered(let status) = look, status.isWritable { known.wasWritable = true }
      state.systems[view.system.device] = known
    }
  }

  /// The last answer of a server, where it was good and stands for now.
  func answer(of target: NFSTarget, at time: HostTime) -> NFSAnswer? {
    state.withLock { state in
      guard let last = state.answers[target], case .serves = last.answer,
        time.elapsed(since: last.time) < Self.answerLife
      else { return nil }
      return last.answer
    }
  }

  /// Keeps an answer, and forgets those of servers that are not asked any more.
  func keep(_ answer: NFSAnswer, of target: NFSTarget, at time: HostTime) {
    state.withLock { state in
      state.answers = state.answers.filter { time.elapsed(since: $0.value.time) < Self.censusLife }
      state.answers[target] = (answer, time)
    }
  }

  /// The last census; nil when it is too old to stand for now.
  func tasks(at time: HostTime) -> (StuckTasksReport, age: Duration)? {
    state.withLock { state in
      guard let tasks = state.tasks, let taken = state.tasksAt else { return nil }
      let age = time.elapsed(since: taken)
      return age < Self.censusLife ? (tasks, age) : nil
    }
  }

  /// Keeps a census.
  func keep(_ tasks: StuckTasksReport, at time: HostTime) {
    state.withLock {
      $0.tasks = tasks
      $0.tasksAt = time
    }
  }

  private static func recall(_ known: System, into view: inout NFSSystemView, at time: HostTime) {
    view.look = known.look
    view.lookAge = known.lookedAt.map { time.elapsed(since: $0) } ?? .zero
    view.wasWritable = known.wasWritable
  }

  private static func measure(
    _ statistics: NFSStatistics, _ samples: inout [Sample], _ view: inout NFSSystemView, at time: HostTime
  ) {
    let sample = Sample(time: time, statistics: statistics)
    if let last = samples.last {
      let recent = samples.filter { time.elapsed(since: $0.time) <= activityLength }
      let usual = recent.map(\.open).min() ?? last.open
      view.activity = NFSActivity(
        unanswered: sample.open - min(sample.open, usual),
        hasReplies: statistics.receives > last.statistics.receives, over: time.elapsed(since: last.time))
    }
    // One sample from before the window stays: the count begins there.
    while samples.count > 1, time.elapsed(since: samples[1].time) >= latelyLength { samples.removeFirst() }
    if let first = samples.first?.statistics, let begin = samples.first?.time {
      view.lately = NFSLately(
        requests: difference(statistics.requests, first.requests),
        retransmissions: difference(statistics.retransmissions, first.retransmissions),
        timeouts: difference(statistics.timeouts, first.timeouts), over: time.elapsed(since: begin))
    }
    samples.append(sample)
    if samples.count > mostSamples { samples.remove(at: 1) }
  }

  private static func difference(_ now: UInt64, _ before: UInt64) -> UInt64 { now - min(now, before) }
}
