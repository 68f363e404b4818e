import AgentHost
import AgentText

/// How a service ended, in words (systemd.exec(5), "Process Exit Codes"; systemd.service(5), `$SERVICE_RESULT`).
enum UnitEnding {
  /// One clause, without the unit's name: `was killed because memory ran out`.
  static func words(_ service: UnitStatus.Service) -> String {
    switch service.result {
    case "oom-kill": "was killed because memory ran out"
    case "watchdog": "did not answer its watchdog and was ended"
    case "timeout": "did not start or stop in time"
    case "start-limit-hit": "ended too often, and systemd no longer starts it; last it \(process(service))"
    case "protocol": "did not report itself ready as its unit promises"
    case "resources": "could not be started: systemd lacks what it needs, for example a file of its EnvironmentFile="
    case "exec-condition": "was not started: its ExecCondition= said no"
    case "core-dump": "crashed (\(signal(service.status)))"
    default: process(service)
    }
  }

  /// The same of the last run alone, where the number of runs is told beside it; nil while the next one has made systemd
  /// forget it.
  static func last(_ service: UnitStatus.Service) -> String? {
    switch service.result {
    case "start-limit-hit": process(service)
    case "", "success": service.endedBy == nil ? nil : process(service)
    default: words(service)
    }
  }

  /// What the main process did.
  private static func process(_ service: UnitStatus.Service) -> String {
    switch service.endedBy {
    case 2: "was killed by \(signal(service.status))"
    case 3: "crashed (\(signal(service.status)))"
    case 1 where service.status == 203: "could not be started: its program is missing or cannot be executed (203/EXEC)"
    case 1:
      "ended with exit status \(service.status)" + (names[service.status].map { " (\($0))" } ?? "")
    default:
      service.result.isEmpty || service.result == "success" ? "ended" : "ended: \(PlainText.short(service.result))"
    }
  }

  /// Exit statuses that systemd gives itself before the program runs.
  private static let names = [
    200: "CHDIR: its working directory", 204: "MEMORY", 206: "FDS", 208: "STDIN", 209: "STDOUT: its log file",
    210: "CHROOT", 214: "SETSCHEDULER", 216: "GROUP: its group", 217: "USER: its user", 218: "CAPABILITIES",
    219: "CGROUP", 226: "NAMESPACE: its sandbox", 228: "SECCOMP", 231: "APPARMOR", 233: "RUNTIME_DIRECTORY",
    238: "STATE_DIRECTORY", 239: "CACHE_DIRECTORY", 240: "LOGS_DIRECTORY", 241: "CONFIGURATION_DIRECTORY",
  ]

  private static let signals = [
    1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL",
    11: "SIGSEGV", 13: "SIGPIPE", 15: "SIGTERM", 31: "SIGSYS",
  ]

  private static func signal(_ number: Int) -> String { signals[number] ?? "signal \(number)" }
}
