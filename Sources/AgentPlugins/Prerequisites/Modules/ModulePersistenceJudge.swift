import AgentText
import AgentKnowledge
import AgentHost
import AgentCore

/// Judges `modules.persistent`: whether the next boot has a module, or gets it when it is needed.
struct ModulePersistenceJudge {
  static let check: CheckID = "modules.persistent"

  let observation: ModulesObservation

  private var boot: ModuleBoot { observation.boot }

  func verdict(_ module: KernelModule) -> Verdict {
    switch observation.needs.sign(module.need) {
    case .notSeen(let reason): return say(module, .skipped, reason)
    case .hidden(let evidence):
      return say(
        module, .unknown, "whether \(module.name) matters here cannot be seen: \(evidence.source): \(evidence.value)",
        [evidence])
    case .seen: break
    }
    switch observation.presence(of: module) {
    case .builtIn(let source):
      return say(module, .ok, "\(module.name) is built into the kernel", [Evidence(source, module.name)])
    case .missing, .unsupported: return say(module, .skipped, "this kernel has no \(module.name) to load")
    case .loaded, .loadable, .gone, .notSeen, .hidden: return judged(module)
    }
  }

  private func judged(_ module: KernelModule) -> Verdict {
    if let block = boot.block(module, module.loading) { return blocked(module, block) }
    let request = boot.request(module)
    switch module.loading {
    case .byName:
      guard let request else { return unnamed(module) }
      return hiddenBlock(module) ?? named(module, request)
    case .kubeProxy:
      return request.map { named(module, $0) }
        ?? say(module, .skipped, "kube-proxy loads it at each start; it is not kept in files")
    case .onDemand(let occasion, _):
      return hiddenBlock(module) ?? request.map { named(module, $0) } ?? onDemand(module, at: occasion)
    }
  }

  private func named(_ module: KernelModule, _ request: ModuleRequest) -> Verdict {
    say(module, .ok, "\(request.source) loads \(module.name) at boot", [Evidence(request.source, request.name)])
  }

  private func onDemand(_ module: KernelModule, at occasion: String) -> Verdict {
    guard observation.presence(of: module).isInKernel != nil else {
      return say(module, .unknown, "whether the kernel has \(module.name) to load at \(occasion) cannot be seen")
    }
    return say(module, .ok, "the kernel loads \(module.name) at \(occasion)")
  }

  private func hiddenBlock(_ module: KernelModule) -> Verdict? {
    boot.blockProblem.map { error in
      say(
        module, .unknown, "whether \(module.name) is kept from being loaded cannot be seen: \(error)",
        [Evidence(error.path, error.text)])
    }
  }

  private func blocked(_ module: KernelModule, _ block: ModuleBlock) -> Verdict {
    say(
      module, .warning, "\(now(module)) not after a reboot: \(block.source) keeps \(module.name) from being loaded",
      [Evidence(block.source, block.text)] + (boot.request(module).map { [Evidence($0.source, $0.name)] } ?? []),
      remedy: ModuleRemedy.allow(block))
  }

  /// Nothing that is read asks for it.
  private func unnamed(_ module: KernelModule) -> Verdict {
    if let request = boot.misunderstood(module) {
      let line = "\(request.name) \(request.parameters ?? "")"
      return lacking(
        module, "\(request.source) gives it parameters, and systemd finds no module '\(line)'",
        [Evidence(request.source, line)])
    }
    if let error = boot.requestProblem {
      return say(
        module, .unknown, "whether the next boot loads \(module.name) cannot be seen: \(error)",
        [Evidence(error.path, error.text)])
    }
    guard observation.presence(of: module).isInKernel != nil || !boot.directories.isEmpty else {
      return say(module, .unknown, "neither the kernel's modules nor a modules-load.d directory is there to read")
    }
    if let request = boot.listed(module) {
      return lacking(
        module, "it stands only in \(request.source), which the next boot does not read",
        [Evidence(request.source, request.name)])
    }
    let seen = boot.directories.map { Evidence($0, "no \(module.name)") }
    return lacking(module, "no file in modules-load.d names it", seen)
  }

  private func lacking(_ module: KernelModule, _ reason: String, _ evidence: [Evidence]) -> Verdict {
    say(
      module, .warning, "\(now(module)) not after a reboot: \(reason)", evidence,
      remedy: ModuleRemedy.persist(module.name))
  }

  /// How it stands now, at the beginning of a sentence.
  private func now(_ module: KernelModule) -> String {
    switch observation.presence(of: module).isInKernel {
    case true: "\(module.name) is loaded now,"
    case false: "\(module.name) is not loaded now, and"
    case nil: "\(module.name) is not to be seen now, and"
    }
  }

  private func say(
    _ module: KernelModule, _ state: CheckState, _ summary: String, _ evidence: [Evidence] = [],
    remedy: String? = nil
  ) -> Verdict {
    Verdict(Self.check, subject: module.name, state, summary, evidence: evidence, remedy: remedy)
  }
}
