import AgentCore
import AgentHost
import AgentKnowledge

/// Judges what CRI-O answered.
struct CRIOJudge {
  let observation: CRIOObservation

  var verdicts: [Verdict] { [responding, cgroupDriver, storage] }

  /// What CRI-O told of itself; nil when it told nothing.
  private var info: CRIOInfo? { observation.answer.facts?.info.value }

  private var responding: Verdict {
    let check: CheckID = "crio.responding"
    switch observation.answer {
    case .unavailable(let reason): return Verdict(check, .unknown, reason)
    case .facts(let report):
      switch report.info {
      case .known(_, let time):
        let milliseconds = Int((time.inSeconds * 1000).rounded(.up))
        return Verdict(
          check, .ok, "answers", evidence: [Evidence("\(CRIOReport.socket) GET /info", "200 in \(milliseconds) ms")])
      case .status(let status): return Verdict(check, .failing, "CRI-O answers \(status) on its socket")
      case .malformed(let words): return Verdict(check, .failing, "what answers on \(CRIOReport.socket) \(words)")
      case .failed(let failure): return Verdict(check, .failing, "CRI-O does not answer on its socket: \(failure)")
      case .notRecorded: return Verdict(check, .unknown, "the recording does not say what CRI-O answers")
      }
    }
  }

  private var cgroupDriver: Verdict {
    let drivers = observation.drivers
    guard drivers.isConfigured else {
      return say("crio.cgroup-driver", .skipped, "not joined yet: kubeadm writes the kubelet's configuration")
    }
    guard let runtime = info?.cgroupDriver else { return withoutInfo("crio.cgroup-driver") }
    guard let kubelet = drivers.kubelet.value else {
      return say("crio.cgroup-driver", .unknown, drivers.kubelet.problem?.description ?? "the kubelet's is not known")
    }
    let evidence = [
      Evidence("CRI-O cgroup_driver", runtime), Evidence(drivers.kubelet.source, "cgroupDriver \(kubelet)"),
    ]
    if runtime != kubelet {
      let rule = CgroupDriverRule(
        kubeletMinor: drivers.kubeletVersion?.minor, gate: drivers.gate, crioMinor: drivers.crioVersion?.minor)
      switch rule {
      case .mustMatch:
        return say(
          "crio.cgroup-driver", .failing,
          "no pod starts: the kubelet uses \(kubelet) for control groups, CRI-O \(runtime)", evidence,
          remedy: align(to: runtime))
      case .unclear:
        return say(
          "crio.cgroup-driver", .unknown,
          "the kubelet's file says \(kubelet), CRI-O \(runtime); which counts depends on versions that are not known",
          evidence)
      case .follows: break
      }
    }
    if runtime == "cgroupfs", drivers.isSystemdHost {
      return say(
        "crio.cgroup-driver", .warning, "CRI-O writes control groups beside systemd, which manages them too", evidence,
        remedy: """
          printf '[crio.runtime]\\ncgroup_manager = "systemd"\\n' > /etc/crio/crio.conf.d/90-cgroups.conf; \
          systemctl restart crio.service kubelet.service
          """)
    }
    let words =
      runtime == kubelet ? "both use \(runtime)" : "the kubelet follows CRI-O (\(runtime)); its file says \(kubelet)"
    return say("crio.cgroup-driver", .ok, words, evidence)
  }

  /// In the file that sets it, else in the one that the kubelet reads; a flag is no line of YAML.
  private func align(to driver: String) -> String {
    let drivers = observation.drivers
    let named = drivers.kubelet.source.firstRange(of: " in ").map { drivers.kubelet.source[$0.upperBound...] }
    if let flagFile = named {
      let file = flagFile.prefix { $0 != ":" }
      return "sed -i.bak 's/--cgroup-driver[= ][a-z]*/--cgroup-driver=\(driver)/' \(file); "
        + "systemctl daemon-reload; systemctl restart kubelet.service"
    }
    let source = String(drivers.kubelet.source.prefix { $0 != ":" })
    let file = source.hasPrefix("/") ? source : drivers.configurationFile
    return "sed -i.bak '/^cgroupDriver:/d' \(file); echo 'cgroupDriver: \(driver)' >> \(file); "
      + "systemctl restart kubelet.service"
  }

  private var storage: Verdict {
    switch observation.storage {
    case .notTold: return withoutInfo("crio.storage")
    case .missing(let path):
      return say(
        "crio.storage", .failing, "CRI-O's storage \(path) does not exist", remedy: "systemctl restart crio.service")
    case .unreadable(let reason): return say("crio.storage", .unknown, reason)
    case .present(let path, let space): return judge(path, space)
    }
  }

  /// The kubelet's default thresholds: it evicts pods when less than 15 % of the image file system is free.
  private func judge(_ path: String, _ space: FileSystemSpace) -> Verdict {
    let percent = Int((space.freeShare * 100).rounded(.down))
    let evidence = [Evidence(path, "\(percent) % of \(space.totalBytes >> 30) GiB free")]
    let remedy = "crictl rmi --prune; df -h \(path); du -xh --max-depth=2 \(path) | sort -h | tail"
    switch percent {
    case ..<5:
      return say(
        "crio.storage", .failing, "only \(percent) % free for images and containers: no pod starts", evidence,
        remedy: remedy)
    case ..<15:
      return say(
        "crio.storage", .warning, "\(percent) % free for images and containers: below 15 % the kubelet evicts pods",
        evidence, remedy: remedy)
    default: return say("crio.storage", .ok, "\(percent) % free for images and containers", evidence)
    }
  }

  /// What the other checks say when CRI-O told nothing: it follows from that.
  private func withoutInfo(_ check: CheckID) -> Verdict {
    say(check, .unknown, responding.state == .failing ? "CRI-O does not answer" : responding.summary)
  }

  private func say(
    _ check: CheckID, _ state: CheckState, _ summary: String, _ evidence: [Evidence] = [], remedy: String? = nil
  ) -> Verdict {
    Verdict(check, state, summary, evidence: evidence, remedy: remedy)
  }
}
