import AgentCore

// render SERIES TIMES [shuffled]: renders so many series so many times; the difference of two runs is one rendering.
// Plugins give their samples in order; shuffled is the worst that one could do.
let (count, times) = (Int(CommandLine.arguments[1]) ?? 0, Int(CommandLine.arguments[2]) ?? 0)
let isShuffled = CommandLine.arguments.count > 3
let samples = (0..<count).map { index in
  // 7919 is prime to both counts, so every index comes once.
  let place = 100_000 + (isShuffled ? index * 7919 % count : index)
  return MetricSample(Double(index % 4), ["check": "plugin.check", "subject": "/srv/mount point \(place)"])
}
let family = MetricFamily("nodeagent_check_state", help: "State of a check.", samples: samples)
print((0..<times).reduce(0) { size, _ in size + PrometheusText.render([family]).count })
