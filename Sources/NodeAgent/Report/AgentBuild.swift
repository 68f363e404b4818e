import CBuild

/// Which agent this is.
struct AgentBuild: Sendable, Hashable {
  /// The release.
  var version: String
  /// The commit it was built from, with `-dirty` where its sources were changed since; `unknown` in a build without
  /// `make release`, `recorded` in what is said of a recorded host.
  var revision: String
  /// The processor it was built for, as `uname -m` says it.
  var arch: String

  /// This program.
  static let current = AgentBuild(
    version: "0.1.0", revision: String(cString: nodeagent_revision()), arch: architecture)

  /// This program where it looks at a recorded host: what it says stays the same from commit to commit.
  static let recorded = AgentBuild(version: current.version, revision: "recorded", arch: current.arch)

  /// As `nodeagent --version` prints it.
  var versionAndRevision: String { "\(version) (\(revision))" }

  #if arch(x86_64)
    private static let architecture = "x86_64"
  #elseif arch(arm64)
    private static let architecture = "aarch64"
  #endif
}
