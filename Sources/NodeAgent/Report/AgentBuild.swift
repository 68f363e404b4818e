/// Which agent this is.
struct AgentBuild: Sendable, Hashable {
  /// The release.
  var version: String
  /// The commit it was built from; `unknown` in a build of one's own.
  var revision: String
  /// The processor it was built for, as `uname -m` says it.
  var arch: String

  /// This program.
  static let current = AgentBuild(version: "0.1.0", revision: "unknown", arch: architecture)

  #if arch(x86_64)
    private static let architecture = "x86_64"
  #elseif arch(arm64)
    private static let architecture = "aarch64"
  #endif
}
