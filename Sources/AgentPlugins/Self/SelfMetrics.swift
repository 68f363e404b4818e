import AgentHost
import AgentCore

/// The numbers of the agent itself.
enum SelfMetrics {
  static func families(_ observation: SelfObservation) -> [MetricFamily] {
    guard let live = observation.live else { return [] }
    let process = live.process
    return [
      MetricFamily(
        "nodeagent_plugin_degraded", help: "1 for everything that a plugin needs and the agent lacks.",
        samples: live.denied.flatMap { denied in
          Set(denied.requirement.checks.map(\.plugin)).sorted().map {
            MetricSample(1, ["plugin": $0, "missing": denied.missing])
          }
        }),
      MetricFamily(
        "nodeagent_dbus_reconnects_total", .counter, help: "Connections to the system bus made anew.",
        samples: live.bus.map { [MetricSample(Double($0.reconnects))] } ?? []),
      MetricFamily(
        "nodeagent_netlink_overruns_total", .counter,
        help: "How often the kernel dropped messages because the agent's buffer was full.",
        value: Double(live.network.overruns)),
      MetricFamily(
        "nodeagent_netlink_interrupted_reads_total", .counter,
        help: "How often a table of the kernel changed while it was read, so that it was read again.",
        value: Double(live.network.interruptions)),
      MetricFamily(
        "nodeagent_log_dropped_total", .counter, help: "Entries of the log that nobody took in time.",
        value: Double(live.droppedLogEntries)),
      MetricFamily(
        "nodeagent_worker_abandoned_total", .counter,
        help: "How often a file system did not answer a read in time, so that another thread went on.",
        value: Double(live.reading.abandoned)),
      MetricFamily(
        "process_cpu_seconds_total", .counter, help: "Processor time of the agent.", value: process.cpuSeconds),
      MetricFamily(
        "process_resident_memory_bytes", help: "Resident memory of the agent.", value: Double(process.residentBytes)),
      MetricFamily(
        "process_virtual_memory_bytes", help: "Address space of the agent.", value: Double(process.virtualBytes)),
      MetricFamily("process_open_fds", help: "Open descriptors of the agent.", value: Double(process.openDescriptors)),
      MetricFamily(
        "process_max_fds", help: "Most descriptors that the agent may open.", value: process.mostDescriptors),
      MetricFamily("process_threads", help: "Threads of the agent.", value: Double(process.threads)),
      MetricFamily(
        "process_start_time_seconds", help: "Start of the agent, in seconds since 1970.", value: process.startSeconds),
    ]
  }
}
