/// The version of a Kubernetes program: `v1.32.3`, `1.32.3-1.1` in Debian's form, `v1.33.0-rc.1+k3s1`.
package struct KubernetesVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// 1 for every release so far.
  package var major: Int
  /// The release that features and removals are bound to.
  package var minor: Int
  /// The repair level.
  package var patch: Int

  /// Makes a version.
  package init(major: Int, minor: Int, patch: Int) {
    self.major = major
    self.minor = minor
    self.patch = patch
  }

  /// Reads `[v]MAJOR.MINOR.PATCH` and ignores what follows after `-`, `+` or `~`; nil for anything else.
  package init?(_ text: some StringProtocol) {
    let core = (text.hasPrefix("v") ? text.dropFirst() : text[...]).prefix { !"-+~".contains($0) }
    let parts = core.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3 else { return nil }
    let numbers = parts.compactMap { part in
      part.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } ? Int(part) : nil
    }
    guard numbers.count == 3 else { return nil }
    self.init(major: numbers[0], minor: numbers[1], patch: numbers[2])
  }

  /// `1.32.3`.
  package var description: String { "\(major).\(minor).\(patch)" }

  /// By major, minor and patch.
  package static func < (left: KubernetesVersion, right: KubernetesVersion) -> Bool {
    (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
  }
}
