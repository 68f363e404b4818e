import AgentHost
import AgentCore

/// What the agent serves: its last state, never a new look at the host.
struct AgentRoutes: Sendable {
  /// `/healthz` fails when the event loop was last seen alive longer ago than this.
  static let deadAfter = Duration.seconds(30)

  let current: CurrentSession

  private var session: AgentSession { current.session }

  var routes: HTTPRoutes {
    HTTPRoutes([
      "/metrics": { _ in metrics() }, "/healthz": { _ in health() }, "/readyz": { _ in readiness() },
      "/status": { request in status(request) },
    ])
  }

  private func metrics() -> HTTPResponse {
    let session = session
    let page = session.engine.state.page { _ in PrometheusText.render(session.metrics()) }
    return HTTPResponse(contentType: "text/plain; version=0.0.4; charset=utf-8", body: page)
  }

  /// A plugin that the host's own fault holds up does not make it fail: the reporter must not be killed by what it
  /// reports.
  private func health() -> HTTPResponse {
    let session = session
    let silence = session.clock.now().elapsed(since: session.engine.state.lastBeat)
    guard silence <= Self.deadAfter else {
      return .text(status: 503, "the event loop has not run for \(Int(silence.inSeconds)) s")
    }
    return .text("ok")
  }

  private func readiness() -> HTTPResponse {
    session.engine.state.isReady ? .text("ok") : .text(status: 503, "the first round is not complete")
  }

  private func status(_ request: HTTPRequestInfo) -> HTTPResponse {
    let session = session
    guard request.isLoopback || session.configuration.settings.status == .public else {
      return .text(status: 403, "/status answers this host only; 'status: public' in the configuration opens it")
    }
    do {
      let body = try JSONReport(session.report(since: session.clock.now())).encoded()
      return HTTPResponse(contentType: "application/json", body: body)
    } catch {
      return .text(status: 500, "\(error)")
    }
  }
}
