import AgentCore

// render SERIES: renders that many series once; run it under callgrind to count instructions.
let count = CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1]) ?? 0 : 0
let samples = (0..<count).map { index in
  MetricSample(
    Double(index % 4), ["check": "plugin.check\(index % 40)", "subject": "/srv/mount point \(index)"])
}
let family = MetricFamily("nodeagent_check_state", help: "State of a check.", samples: samples)
print(count == 0 ? 0 : PrometheusText.render([family]).count)
