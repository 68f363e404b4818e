import AgentKnowledge
import AgentText

/// What Keepalived says of one instance that moves the address.
struct VRRPSample: Sendable, Equatable {
  /// The instance's name in the configuration.
  var name: String
  /// Its object; nil when the configuration names no interface or number, so that there is nothing to ask for.
  var instance: VRRPInstance?
  /// What came of the question.
  var answer: VRRPAnswer

  /// Asks for all of them at once.
  static func read(
    _ bus: any KeepalivedBus, instances: [KeepalivedConfiguration.Instance]
  ) async -> [VRRPSample] {
    await withTaskGroup { group in
      for (place, instance) in instances.enumerated() {
        group.addTask { (place, await read(bus, instance)) }
      }
      var found: [Int: VRRPSample] = [:]
      for await (place, sighting) in group { found[place] = sighting }
      return instances.indices.compactMap { found[$0] }
    }
  }

  /// The family of an instance is that of its first address, which may be among those that it only carries along: then
  /// the object is under the other family.
  private static func read(
    _ bus: any KeepalivedBus, _ configured: KeepalivedConfiguration.Instance
  ) async -> VRRPSample {
    guard let interface = configured.interface, let number = configured.routerID else {
      return VRRPSample(name: configured.name, answer: .noSuchInstance)
    }
    var last = VRRPSample(name: configured.name, answer: .noSuchInstance)
    for family in configured.families {
      let instance = VRRPInstance(interface: interface, routerID: number, family: family)
      last = VRRPSample(name: configured.name, instance: instance, answer: await bus.state(of: instance))
      guard last.answer == .noSuchInstance else { return last }
    }
    return last
  }

  /// The state that Keepalived told.
  var state: VRRPState? { answer.state }
}

extension KeepalivedConfiguration.Instance {
  /// The families of its addresses, that of the first one first.
  fileprivate var families: [IPAddress.Family] {
    addresses.reduce(into: []) { if !$0.contains($1.family) { $0.append($1.family) } }
  }
}
