import AgentCore
import AgentHost
import AgentKnowledge

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
  /// How long after its return a server's mounts may still recover: nfsd grants NFSv4 clients 90 s to claim anew what
  /// they had (nfsv4gracetime of nfsd(7)), and the kernel's own attempts to connect lie up to some seconds apart.
  static let recovery = Duration.seconds(100)
  /// How long the names of pods and volumes stand while something is wrong.
  static let namesLife = Duration.seconds(30)
  /// Kept samples lie so far apart; with thousands of file systems more would fill the memory.
  private static let sampleDistance = Duration.seconds(30)

  private struct Sample {
    var time: HostTime
    var requests: UInt64
    var retransmissions: UInt64
    var timeouts: UInt64
    var receives: UInt64
    /// Requests without a reply, whatever became of them.
    var open: UInt64
    /// The fewest of them since the kept sample before.
    var fewest: UInt64

    init(_ statistics: NFSStatistics, at time: HostTime) {
      self.time = time
      requests = statistics.requests
      retransmissions = statistics.retransmissions
      timeouts = statistics.timeouts
      receives = statistics.receives
      open = statistics.sends - min(statistics.sends, statistics.receives)
      fewest = open
    }
  }

  private struct System {
    /// The age of the mount, and its newest sample.
    var age: UInt64 = 0
    var last: Sample?
    /// Older samples, from the first one that counts.
    var samples: [Sample] = []
    /// Requests that had no reply when a look was answered: they are no doubt of the server any more.
    var settled: UInt64 = 0
    var look: MountProbe?
    var lookedAt: HostTime?
    var wasWritable = false
    /// Errors that were counted when it was last looked at.
    var errors: UInt64?
    /// Looks without an answer in a row.
    var misses = 0
    /// When a look was answered.
    var answeredAt: HostTime?
    /// Why the last attempt to look came to nothing; nil when it did not.
    var obstacle: MountProbe?
  }

  private struct Server {
    var wasDown = false
    /// When it first answered after it had not.
    var returned: HostTime?
    /// Looks at any of its file systems without an answer in a row.
    var misses = 0
  }

  private struct State {
    var mounts: NFSMounts?
    var systems: [DeviceNumber: System] = [:]
    var servers: [String: Server] = [:]
    var answers: [NFSTarget: (answer: NFSAnswer, time: HostTime)] = [:]
    var tasks: StuckTasksReport?
    var tasksAt: HostTime?
    var names: NFSNames?
    var namesAt: HostTime?
  }

  private let state = Guarded(State())

  /// What was mounted at the last look.
  var mounts: NFSMounts? {
    get { state.withLock { $0.mounts } }
    set { state.withLock { $0.mounts = newValue } }
  }

  /// Keeps whether servers answer; completes since when they do again.
  func keep(_ servers: inout [NFSServerView], at time: HostTime) {
    state.withLock { state in
      let present = Set(servers.map(\.name))
      state.servers = state.servers.filter { present.contains($0.key) }
      for index in servers.indices {
        let isDown = servers[index].isDown && !servers[index].hasReplied
        var known = state.servers[servers[index].name] ?? Server()
        if isDown {
          known.returned = nil
        } else if known.wasDown {
          known.returned = time
        }
        known.wasDown = isDown
        if let returned = known.returned {
          let time = time.elapsed(since: returned)
          servers[index].backFor = time < Self.recovery ? time : nil
        }
        state.servers[servers[index].name] = known
      }
    }
  }

  /// The names of pods and volumes, where they were read lately and of the same mounts.
  func names(of mounts: NFSMounts, at time: HostTime) -> NFSNames? {
    state.withLock { state in
      guard let names = state.names, let taken = state.namesAt, names.mounts == mounts.digest,
        time.elapsed(since: taken) < Self.namesLife
      else { return nil }
      return names
    }
  }

  /// Keeps names.
  func keep(_ names: NFSNames, at time: HostTime) {
    state.withLock {
      $0.names = names
      $0.namesAt = time
    }
  }

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
          if statistics.age < known.age { known = System() }
          known.age = statistics.age
          Self.measure(statistics, &known, &views[index], at: time)
        }
        state.systems[device] = known
        Self.recall(known, state.servers[views[index].system.server], into: &views[index], at: time)
      }
    }
  }

  /// Keeps what a file system's server said.
  func keep(_ look: MountProbe, of view: inout NFSSystemView, at time: HostTime) {
    state.withLock { state in
      var known = state.systems[view.system.device] ?? System()
      var server = state.servers[view.system.server] ?? Server()
      known.obstacle = nil
      switch look {
      // These say nothing of the server.
      case .busy, .notRecorded: break
      case .noRoom: known.obstacle = look
      // Nor do these, and the next round would learn no more.
      case .gone, .impossible:
        known.look = known.look ?? look
        known.lookedAt = time
      case .answered, .failed, .stuck, .stillStuck:
        known.look = look
        known.lookedAt = time
        known.errors = view.statistics?.errors
        let isMissed = look.isMissed
        known.misses = isMissed ? known.misses + 1 : 0
        server.misses = isMissed ? server.misses + 1 : 0
      }
      if case .answered(let status) = look {
        // What was open before it is not what the server keeps waiting now.
        known.settled = known.last?.open ?? 0
        known.answeredAt = time
        view.activity?.unanswered = 0
        Self.recall(known, server, into: &view, at: time)
        if status.isWritable { known.wasWritable = true }
      } else {
        Self.recall(known, server, into: &view, at: time)
      }
      state.servers[view.system.server] = server
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

  private static func recall(_ known: System, _ server: Server?, into view: inout NFSSystemView, at time: HostTime) {
    view.look = known.look
    view.lookAge = known.lookedAt.map { time.elapsed(since: $0) } ?? .zero
    view.wasWritable = known.wasWritable
    view.misses = known.misses == 0 ? 0 : max(known.misses, server?.misses ?? 0)
    view.obstacle = known.obstacle
    if let answered = known.answeredAt, let returned = server?.returned {
      view.hasRecovered = returned.elapsed(since: answered) <= .zero
    } else {
      view.hasRecovered = false
    }
    if let errors = view.statistics?.errors, let former = known.errors { view.hasNewErrors = errors > former }
  }

  private static func measure(
    _ statistics: NFSStatistics, _ known: inout System, _ view: inout NFSSystemView, at time: HostTime
  ) {
    var sample = Sample(statistics, at: time)
    let open = sample.open
    known.settled = min(known.settled, open)
    if let last = known.last {
      let recent = known.samples.filter { time.elapsed(since: $0.time) <= activityLength } + [last]
      let usual = max(recent.map(\.fewest).min() ?? last.open, known.settled)
      view.activity = NFSActivity(
        unanswered: open - min(open, usual), hasReplies: sample.receives > last.receives,
        over: time.elapsed(since: last.time))
      if let kept = known.samples.last, time.elapsed(since: kept.time) < sampleDistance {
        sample.fewest = min(open, last.fewest)
      } else {
        known.samples.append(last)
      }
    }
    // One sample from before the window stays: the count begins there.
    while known.samples.count > 1, time.elapsed(since: known.samples[1].time) >= latelyLength {
      known.samples.removeFirst()
    }
    if let first = known.samples.first {
      view.lately = NFSLately(
        requests: difference(sample.requests, first.requests),
        retransmissions: difference(sample.retransmissions, first.retransmissions),
        timeouts: difference(sample.timeouts, first.timeouts), over: time.elapsed(since: first.time))
    }
    known.last = sample
  }

  private static func difference(_ now: UInt64, _ before: UInt64) -> UInt64 { now - min(now, before) }
}

extension MountProbe {
  /// Whether the time was over before an answer came.
  var isMissed: Bool {
    switch self {
    case .stuck, .stillStuck: true
    case .answered, .failed, .busy, .noRoom, .gone, .impossible, .notRecorded: false
    }
  }
}
