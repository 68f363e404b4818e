import AgentKnowledge
import AgentCore
import AgentHost

/// Whether a server answers, and if not, what of it is gone.
struct NFSServerJudge {
  let server: NFSServerView
  let settings: NFSSettings

  var verdict: Verdict {
    guard let asked = server.worst else {
      let isUnknown = server.exports.isEmpty
      return say(isUnknown ? .unknown : .skipped, server.unasked ?? "it was not asked")
    }
    switch asked.answer {
    case .serves(let time): return serves(time, asked)
    case .otherVersions(let low, let high): return otherVersions(low, high, asked)
    case .refuses(let words):
      return say(
        .failing, "\(server.name) is up, but \(words)", asked, words,
        remedy: server.service != nil
          ? endpoints(asked) : "on \(server.name): systemctl restart nfs-server.service; rpcinfo -p")
    case .notRecorded: return say(.unknown, "the recording does not tell whether it answers")
    case .failed(let failure): return failed(failure, asked)
    }
  }

  /// Whether it answers, and late.
  var isSlow: Bool { if case .serves(let time) = server.worst?.answer { time >= settings.slow } else { false } }

  private func serves(_ time: Duration, _ asked: NFSServerView.Asked) -> Verdict {
    let shown = Self.milliseconds(time)
    guard isSlow else { return say(.ok, "answers in \(shown)", asked, "answered in \(shown)") }
    return say(
      .warning, "\(server.name) answers slowly: in \(shown)", asked, "answered in \(shown)",
      remedy: "ping -c 10 \(address(asked)); on \(server.name): uptime; iostat -x 1 5")
  }

  private func otherVersions(_ low: UInt32, _ high: UInt32, _ asked: NFSServerView.Asked) -> Verdict {
    let versions = low == high ? "NFS \(low)" : "NFS \(low) to \(high)"
    guard !server.exports.isEmpty else { return say(.ok, "serves \(versions)", asked, "serves \(versions)") }
    return say(
      .failing, "\(server.name) no longer serves NFS \(asked.target.version), which is mounted here: only \(versions)",
      asked, "serves \(versions)",
      remedy: server.service != nil
        ? endpoints(asked) : "on \(server.name): nfsconf --dump | grep vers; cat /proc/fs/nfsd/versions")
  }

  private func failed(_ failure: NFSProbeFailure, _ asked: NFSServerView.Asked) -> Verdict {
    guard !server.hasReplied else {
      return say(
        .warning, "\(server.name) does not answer the agent, but its mounts get replies: is something in between?",
        asked, "\(failure)", remedy: "nft list ruleset | grep -w \(asked.target.port)")
    }
    let cause = cause(failure, asked)
    return say(.failing, cause.words, asked, "\(failure)", remedy: cause.remedy)
  }

  /// What is gone: the way, the host, or the service on it.
  private func cause(_ failure: NFSProbeFailure, _ asked: NFSServerView.Asked) -> (words: String, remedy: String) {
    let (name, port, address) = (server.name, asked.target.port, address(asked))
    if server.service != nil {
      let words = failure.phase == .connect ? "no pod behind it answers" : "the pod behind it does not serve NFS"
      return ("\(name) is the address of a Service of the cluster, and \(words): \(failure)", endpoints(asked))
    }
    let restart = "on \(name): systemctl restart nfs-server.service; journalctl -u nfs-server.service -n 50"
    switch (failure.phase, failure.reason) {
    case (.connect, .refused):
      return ("\(name) is up, but its NFS service is down: nothing listens on port \(port)", restart)
    case (.connect, .noAnswer):
      switch server.neighbour {
      case .failed, .incomplete:
        return ("\(name) is down or cut off: no host has its address on the link", "ping -c 3 \(address)")
      case .reachable:
        // The kernel calls a host so for up to 45 s after its last sign of life (arp(7), base_reachable_time).
        return (
          "\(name) was on the link within the last minute, but port \(port) does not answer: a firewall drops it, or the "
            + "host hangs or has just died",
          "ping -c 3 \(address); on \(name): nft list ruleset | grep -w \(port); systemctl status nfs-server.service"
        )
      case .stale, .delay, .probe, .permanent, nil:
        return (
          "\(name) does not answer: the host is down, or the network drops what is sent to port \(port)",
          "ping -c 3 \(address); ip route get \(address)"
        )
      }
    case (.connect, .other(let words)) where words.contains("unreachable"):
      return ("this node has no way to \(name): \(words)", "ip route get \(address)")
    case (.connect, .other(let words)) where words.contains("no route"):
      return ("\(name) is down or cut off: \(words)", "ping -c 3 \(address); ip route get \(address)")
    case (.connect, _): return ("\(name) cannot be reached: \(failure)", "ip route get \(address)")
    case (.reply, .noAnswer):
      return (
        "\(name) takes connections, but its NFS service does not answer: all its threads are busy or hang",
        "on \(name): ps -eo pid,stat,wchan:32,comm | grep nfsd; cat /proc/fs/nfsd/threads"
      )
    case (.reply, _): return ("\(name) is up, but its NFS service does not answer: \(failure)", restart)
    }
  }

  /// A Service has no host to log in to.
  private func endpoints(_ asked: NFSServerView.Asked) -> String {
    "kubectl get services -A | grep -wF \(address(asked)); kubectl get endpointslices -A | grep NAME"
  }

  private func address(_ asked: NFSServerView.Asked) -> String { "\(asked.target.address)" }

  static func milliseconds(_ time: Duration) -> String {
    let tenths = Int((time.inSeconds * 10_000).rounded())
    return tenths < 1000 ? "\(tenths / 10).\(tenths % 10) ms" : "\(tenths / 10) ms"
  }

  private func say(
    _ state: CheckState, _ summary: String, _ asked: NFSServerView.Asked? = nil, _ answer: String = "",
    remedy: String? = nil
  ) -> Verdict {
    var evidence: [Evidence] = []
    if let asked { evidence.append(Evidence("RPC NULL to \(asked.target), NFS \(asked.target.version)", answer)) }
    if let service = server.service { evidence.append(service) }
    if let neighbour = server.neighbour, state == .failing {
      evidence.append(Evidence("neighbour table", neighbour.rawValue))
    }
    let points = server.exports.flatMap(\.systems).reduce(0) { $0 + $1.system.points.count }
    if points > 0 { evidence.append(Evidence("mountinfo", "\(points) mount points")) }
    if !server.configured.isEmpty {
      evidence.append(Evidence("cluster.storage.nfs", server.configured.joined(separator: ", ")))
    }
    return Verdict("nfs.server", subject: server.name, state, summary, evidence: evidence, remedy: remedy)
  }
}
