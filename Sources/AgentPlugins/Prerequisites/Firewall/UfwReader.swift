import AgentText
import AgentCore
import AgentHost
import AgentKnowledge

/// Reads ufw's files (ufw(8), ufw-framework(8)). It has no process: its rules are iptables rules.
struct UfwReader {
  static let configuration = "/etc/ufw/ufw.conf"
  static let defaults = "/etc/default/ufw"
  static let beforeRules = "/etc/ufw/before.rules"
  static let userRules = "/etc/ufw/user.rules"
  static let beforeRules6 = "/etc/ufw/before6.rules"
  static let userRules6 = "/etc/ufw/user6.rules"
  private static let unit = "ufw.service"
  private static let program = "/usr/sbin/ufw"

  let files: HostFiles
  let node: NodeNetwork

  func state() -> FirewallState {
    let activity = activity()
    switch activity {
    case .active, .unclear: return FirewallState(activity: activity, rules: rules())
    case .absent, .inactive, .atNextBoot, .unseen: return FirewallState(activity: activity)
    }
  }

  private func activity() -> FirewallActivity {
    do throws(FileError) {
      guard let text = try files.textIfPresent(Self.configuration) else {
        return try files.kind("/etc") == nil ? .unseen(FirewallProblem("/etc", "no such directory")) : .absent
      }
      let enabled = EnvironmentFile.parse(text).last { $0.name == "ENABLED" }
      // ufw-init compares with these two words.
      guard let enabled, ["yes", "YES"].contains(enabled.value) else {
        return .inactive(Evidence(Self.configuration, "ENABLED is not yes"))
      }
      let source = "\(Self.configuration):\(enabled.line)"
      if try isRemoved() { return .inactive(Evidence(source, "ENABLED=\(enabled.value), but ufw is not installed")) }
      guard try startsAtBoot() else {
        return .unclear(FirewallProblem(source, "ENABLED=\(enabled.value), but \(Self.unit) does not start at boot"))
      }
      return .active(Evidence(source, "ENABLED=\(enabled.value)"))
    } catch {
      return .unseen(FirewallProblem(error))
    }
  }

  /// A removed package leaves its configuration, enabled as it was.
  private func isRemoved() throws(FileError) -> Bool {
    guard try files.kind(Self.program) == nil, try UnitFiles(files).find(Self.unit) == nil,
      let status = try files.bytesIfPresent(DebianPackages.statusPath, limit: .packageDatabase)
    else { return false }
    return DebianPackages.installedVersion(of: "ufw", inStatus: status) == nil
  }

  /// Where there is no such unit something else starts it.
  private func startsAtBoot() throws(FileError) -> Bool {
    let units = UnitFiles(files, scope: .nextBoot)
    guard let location = try units.find(Self.unit) else { return true }
    return location.isMasked ? false : try units.pulledIn()[Self.unit] != nil
  }

  private func rules() -> FirewallRuleSet {
    let isV6 = node.family == .v6
    let (before, user) = isV6 ? (Self.beforeRules6, Self.userRules6) : (Self.beforeRules, Self.userRules)
    var set = FirewallRuleSet(
      rules: [], acceptsOthers: false, source: user, note: "rules as configured on disk", followsFelix: true)
    do throws(FileError) {
      let defaults = EnvironmentFile.parse(try files.textIfPresent(Self.defaults) ?? "")
      set.acceptsOthers = defaults.last { $0.name == "DEFAULT_INPUT_POLICY" }?.value == "ACCEPT"
      let chain = isV6 ? "ufw6-before-input" : "ufw-before-input"
      set.rules = IptablesRules.parse(try files.textIfPresent(before) ?? "", chain: chain, node: node)
      set.rules += UfwRules.parse(try files.textIfPresent(user) ?? "", node: node)
    } catch {
      set.problems = [FirewallProblem(error)]
    }
    return set
  }
}
