import AgentHost

/// `blocked-tasks`: which tasks wait for NFS. Where a task waits (wchan) the kernel tells only those that may trace it
/// (PTRACE_MODE_READ_FSCREDS, proc_pid_wchan(5)): root without capabilities sees `0` for tasks of other users and for
/// those that have a capability, so the helper has CAP_SYS_PTRACE. No smaller one does: nothing else is asked for there.
enum BlockedTasksRequest: HelperRequest {
  static let name = "blocked-tasks"

  static func facts(_ sources: HelperSources, about _: String?) async -> StuckTasksReport {
    let time = sources.clock.now()
    do {
      return try await sources.worker.run {
        do throws(FileError) {
          return .tasks(try StuckTasks(reading: sources.files, at: time))
        } catch {
          return .unreadable("\(error)")
        }
      }
    } catch {
      return .unreadable("\(error)")
    }
  }

  static func denial(in facts: StuckTasksReport) -> String? {
    guard case .tasks(let tasks) = facts, tasks.hidden > 0 else { return nil }
    return "/proc/PID/wchan of \(tasks.hidden) waiting tasks: permission denied"
  }
}

/// What came of looking for tasks that wait.
package enum StuckTasksReport: Sendable, Equatable, Codable {
  /// The tasks.
  case tasks(StuckTasks)
  /// The process table could not be read, in words.
  case unreadable(String)
}
