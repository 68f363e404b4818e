import AgentCore
import AgentHost
import ArgumentParser

/// `nodeagent doctor`
struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Looks at everything once and prints what is wrong, what users lost and what to type.",
    discussion: """
      Findings are grouped by area, root causes first; what follows from a cause
      stands below it. It never changes the host. Without root it says what it
      could not see.

      Exit status, the worst first: 2 something is failing, 3 something could not
      be checked, 1 a warning, 0 all well; 64 wrong usage, 78 wrong configuration.

      With --verbose, text and json show the last moves of the addresses too, as
      the running daemon remembers them.

      --output nagios prints the line of a Nagios plugin; wrong usage and wrong
      configuration are 3 then, with the message as the line. --output junit is
      for CI servers: warnings are failures of type warning there. --output
      prometheus prints what 'nodeagent metrics' prints.
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, json, junit, nagios, prometheus
  }

  enum ColorChoice: String, CaseIterable, ExpressibleByArgument {
    case auto, always, never
  }

  @OptionGroup var observing: ObservingOptions

  @Option(name: .shortAndLong, help: "Form of the report.")
  var output = Format.text

  @Flag(name: .shortAndLong, help: "Show what is well and what was skipped too, with the evidence.")
  var verbose = false

  @Option(help: "Colour; auto means on a terminal, unless NO_COLOR is set.")
  var color = ColorChoice.auto

  func run() throws {
    let (observing, output, style) = (observing, output, style)
    try CommandRunner.run { loop in
      let builder = SessionBuilder(options: observing, loop: loop, isLasting: false, named: Set(observing.only))
      let began = HostTime.now()
      let limit = observing.timeout.map { Duration.seconds($0) }
      let session = try await builder.build(within: limit)
      let start = session.clock.now()
      await session.engine.observeOnce(timeout: limit.map { max(.zero, $0 - HostTime.now().elapsed(since: began)) })
      var report = session.report(since: start)
      if style.verbose, output == .text || output == .json, session.isThisMachine, session.watchesAddresses {
        report.moves = await DaemonHistory(host: session.host, listen: session.configuration.settings.listen).moves()
      }
      switch output {
      case .text: StandardStreams.output(TextReport.render(report, style: style))
      case .json: StandardStreams.output(try JSONReport(report).encoded())
      case .junit: StandardStreams.output(JUnitReport.render(report))
      case .nagios: StandardStreams.output(NagiosReport.render(report))
      case .prometheus: StandardStreams.output(PrometheusText.render(session.metricsToFile()))
      }
      return report.exitStatus
    }
  }

  private var style: TextReport.Style {
    let isColored =
      switch color {
      case .always: true
      case .never: false
      case .auto: Terminal.isInteractive && !Terminal.refusesColor
      }
    return TextReport.Style(width: min(Terminal.width, 120), color: isColored, verbose: verbose)
  }
}
