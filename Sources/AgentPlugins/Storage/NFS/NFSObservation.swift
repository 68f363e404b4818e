package import AgentCore
import AgentHost
import AgentKnowledge

/// What is known of the NFS servers that this host uses.
package struct NFSObservation: Sendable, Equatable {
  /// When it was looked at.
  package var takenAt: HostTime
  /// Why the table of mounts could not be read; nil when it could.
  var problem: FileError?
  /// Why the kernel's counters could not be read; nil when they could.
  var countersProblem: FileError?
  /// The servers, by name.
  var servers: [NFSServerView] = []
  /// The tasks that wait; nil while nothing gave a reason to look.
  var tasks: StuckTasksReport?
  /// How long ago that was.
  var tasksAge = Duration.zero
  /// The names of pods by UID.
  var pods: Fact<PodNames> = .absent
}

/// One server.
struct NFSServerView: Sendable, Equatable {
  /// Its name, as it was named when it was mounted, or in the configuration.
  var name: String
  /// Where it was asked, and what came of it; none where its address is not known or requests do not go by TCP.
  var asked: [Asked] = []
  /// Why it was not asked; nil where it was.
  var unasked: String?
  /// What the host's neighbour table says of it; nil where it says nothing, or nobody asked.
  var neighbour: NetworkNeighbour.State?
  /// Why its address is taken for that of a Service of the cluster; nil where it is not, or nobody asked.
  var service: Evidence?
  /// The configured exports of it that are not mounted here.
  var configured: [String] = []
  /// For how long it has answered again; nil where it did all the time, or does not, or its mounts had the time to recover.
  var backFor: Duration?
  /// What is mounted of it.
  var exports: [NFSExportView] = []

  /// One question and its answer.
  struct Asked: Sendable, Equatable {
    var target: NFSTarget
    var answer: NFSAnswer
  }

  /// The worst answer.
  var worst: Asked? {
    asked.first { $0.answer.isFailure } ?? asked.first { $0.answer.isRefusal } ?? asked.first
  }

  /// Whether it was asked, and does not serve.
  var isDown: Bool { worst.map { $0.answer.isFailure || $0.answer.isRefusal } ?? false }

  /// Whether the kernel received a reply from it since the last look.
  var hasReplied: Bool { exports.contains { $0.systems.contains { $0.activity?.hasReplies ?? false } } }
}

/// What is mounted of one export: mostly one file system, however many mount points it has.
struct NFSExportView: Sendable, Equatable {
  var server: String
  /// The longest path that all have in common.
  var path: String
  var systems: [NFSSystemView]

  /// `SERVER EXPORT`.
  var subject: String { "\(server) \(path)" }
}

/// One mounted file system.
struct NFSSystemView: Sendable, Equatable {
  var system: NFSFileSystem
  /// The kernel's counters; nil where they could not be read.
  var statistics: NFSStatistics?
  /// What they say of the time since the last look; nil at the first look.
  var activity: NFSActivity?
  /// What they say of the last minutes; nil at the first look.
  var lately: NFSLately?
  /// What the server said when it was last looked at; nil before.
  var look: MountProbe?
  /// How long ago that was.
  var lookAge = Duration.zero
  /// Whether it was writable at an earlier look.
  var wasWritable = false
  /// Looks without an answer in a row, at it or at others of its server.
  var misses = 0
  /// Whether it has answered since its server came back.
  var hasRecovered = false
  /// Why the last attempt to look came to nothing; nil when it did not.
  var obstacle: MountProbe?
  /// Whether reads or writes have ended in errors since it was looked at.
  var hasNewErrors = false
  /// What the kubelet wrote of one of its volumes.
  var subdirectories: [String] = []
}

/// What happened between two looks.
struct NFSActivity: Sendable, Equatable {
  /// Requests that were sent and not answered, beyond those that are always on their way.
  var unanswered: UInt64
  /// Whether replies came.
  var hasReplies: Bool
  /// The time between the looks.
  var over: Duration
}

/// What happened in the last minutes.
struct NFSLately: Sendable, Equatable {
  var requests: UInt64
  var retransmissions: UInt64
  var timeouts: UInt64
  var over: Duration
}

extension NFSAnswer {
  var isFailure: Bool { if case .failed = self { true } else { false } }
  /// Whether nothing came back in the time.
  var isSilence: Bool {
    if case .failed(let failure) = self, case .noAnswer = failure.reason { true } else { false }
  }
  /// Whether it is there and does not serve what a mount needs.
  var isRefusal: Bool {
    switch self {
    case .refuses, .otherVersions: true
    case .serves, .failed, .notRecorded: false
    }
  }
}
