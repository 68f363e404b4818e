import AgentText
import AgentKnowledge
import AgentHost
import AgentCore

/// Judges `modules.loaded`: whether the kernel has a module, or gets it when it is needed.
struct ModuleLoadedJudge {
  static let check: CheckID = "modules.loaded"

  let observation: ModulesObservation

  func verdict(_ module: KernelModule) -> Verdict {
    switch observation.needs.sign(module.need) {
    case .notSeen(let reason): return say(module, .skipped, reason)
    case .hidden(let evidence):
      return say(
        module, .unknown, "whether \(module.name) matters here cannot be seen: \(evidence.source): \(evidence.value)",
        [evidence])
    case .seen(let reason): return judged(module, [reason])
    }
  }

  private func judged(_ module: KernelModule, _ reasons: [Evidence]) -> Verdict {
    let name = module.name
    switch observation.presence(of: module) {
    case .loaded(let source): return say(module, .ok, "\(name) is loaded", [Evidence(source, name)] + reasons)
    case .builtIn(let source):
      return say(module, .ok, "\(name) is built into the kernel", [Evidence(source, name)] + reasons)
    case .loadable(let path): return loadable(module, [Evidence(path, "not loaded")] + reasons)
    case .missing(let list): return lacking(module, "kernel \(release) has no \(name)", [Evidence(list, "no \(name)")])
    case .unsupported:
      return lacking(
        module, "this kernel takes no modules and has no \(name) built in",
        [Evidence(ModuleReader.loadedPath, "no such file")])
    case .gone(let release, let others): return gone(module, release, others, reasons)
    case .hidden(let error):
      return say(
        module, .unknown, "whether the kernel has \(name) cannot be seen: \(error)", [Evidence(error.path, error.text)])
    case .notSeen:
      return say(
        module, .unknown, "whether the kernel has \(name) cannot be seen: nothing that is here to read tells",
        [Evidence(ModuleReader.loadedPath, "does not tell")])
    }
  }

  private func loadable(_ module: KernelModule, _ evidence: [Evidence]) -> Verdict {
    let block = observation.boot.block(module, module.loading)
    switch module.loading {
    case .onDemand(let occasion, _):
      if let block { return blocked(module, block, evidence) }
      if let error = observation.boot.blockProblem {
        return say(
          module, .unknown, "\(module.name) is not loaded, and whether it can be is not to be seen: \(error)",
          evidence + [Evidence(error.path, error.text)])
      }
      return say(module, .ok, "\(module.name) is not loaded yet: the kernel loads it at \(occasion)", evidence)
    case .byName, .kubeProxy:
      if let block, block.hindersModprobe { return blocked(module, block, evidence) }
      return say(
        module, module.severity, "\(module.name) is not loaded: \(module.consequence)", evidence,
        remedy: "modprobe \(module.name)")
    }
  }

  private func blocked(_ module: KernelModule, _ block: ModuleBlock, _ evidence: [Evidence]) -> Verdict {
    say(
      module, module.severity,
      "\(module.name) is not loaded, and \(block.source) keeps it out: \(module.consequence)",
      [Evidence(block.source, block.text)] + evidence,
      remedy: ModuleRemedy.allow(block) + (block.line == 0 ? "" : "; modprobe \(module.name)"))
  }

  private func lacking(_ module: KernelModule, _ what: String, _ evidence: [Evidence]) -> Verdict {
    say(
      module, module.severity, "\(what): \(module.consequence)", evidence,
      remedy: ModuleRemedy.install(module.name, release: observation.release))
  }

  private func gone(_ module: KernelModule, _ release: String, _ others: [String], _ reasons: [Evidence]) -> Verdict {
    let place = ModuleDirectory.parents[0]
    let found = others.isEmpty ? "no modules at all" : others.joined(separator: ", ")
    let reason = others.isEmpty ? "" : " (an update removed them)"
    return say(
      module, module.severity,
      "\(module.name) is not loaded, and the modules of the running kernel \(release) are not in \(place)\(reason): "
        + module.consequence,
      [Evidence(place, found)] + reasons,
      remedy: others.isEmpty ? ModuleRemedy.install(module.name, release: release) : "reboot")
  }

  private var release: String { observation.release ?? "" }

  private func say(
    _ module: KernelModule, _ state: CheckState, _ summary: String, _ evidence: [Evidence] = [],
    remedy: String? = nil
  ) -> Verdict {
    guard let container = observation.container, remedy != nil else {
      return Verdict(Self.check, subject: module.name, state, summary, evidence: evidence, remedy: remedy)
    }
    return Verdict(
      Self.check, subject: module.name, state, summary, evidence: evidence + [container],
      remedy: ModuleRemedy.outside(module.name))
  }
}
