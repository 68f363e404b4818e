import AgentHost
import Logging
import Synchronization

/// Tells the service manager how the agent lives; when that fails, the log says so once.
final class ManagerLink: Sendable {
  private let manager: ServiceManager
  private let logger: Logger
  private let hasFailed = Atomic(false)

  init(_ manager: ServiceManager, logger: Logger) {
    self.manager = manager
    self.logger = logger
  }

  /// Within this time it must be told again that the agent lives; nil when it does not watch.
  var watchdogInterval: Duration? { manager.watchdogInterval }

  func tell(_ messages: ServiceManager.Message...) { tell(messages) }

  func tell(_ messages: [ServiceManager.Message]) {
    do {
      try manager.tell(messages)
    } catch {
      guard !hasFailed.exchange(true, ordering: .relaxed) else { return }
      logger.warning("systemd cannot be told how the agent does: \(error)")
    }
  }
}
