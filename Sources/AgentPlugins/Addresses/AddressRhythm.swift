import AgentCore

extension Rhythm {
  /// How often a node asks who has an address. Those that need the answer first ask twice as often, and so sixteen nodes
  /// with three addresses stay below one broadcast a second.
  static let addresses = Rhythm.probing(
    every: .seconds(60), except: [.controlPlane: .seconds(30), .loadBalancer: .seconds(30)])
}
