package import AgentHost
import AgentText

/// The pods of this node by their UIDs, from the names of the kubelet's log directories: `NAMESPACE_NAME_UID`.
///
/// No API server is needed. Neither namespaces nor names of pods hold an underscore.
package struct PodNames: Sendable, Equatable {
  /// Where the kubelet keeps logs.
  package static let directory = "/var/log/pods"

  /// `NAMESPACE/NAME` by UID.
  package let names: [String: String]

  /// Takes the names of directories; what is none of the kubelet's is passed over.
  init(entries: [String]) {
    let pairs = entries.compactMap { entry -> (String, String)? in
      let parts = entry.split(separator: "_", omittingEmptySubsequences: false)
      guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
      return (String(parts[2]), PlainText.short("\(parts[0])/\(parts[1])", length: 320))
    }
    names = Dictionary(pairs) { first, _ in first }
  }

  /// Reads the directory, if it lies on a file system of this host; for the worker thread.
  package static func read(_ files: HostFiles, _ paths: LocalPaths) -> Fact<PodNames> {
    let resolved: String
    do throws(LocalPaths.Refusal) {
      resolved = try paths.resolve(directory)
    } catch {
      return .unreadable(FileError(directory, .wrongKind("not read: \(error.description)")))
    }
    return Fact(from: directory) { () throws(FileError) in try files.entries(resolved).map { PodNames(entries: $0) } }
  }
}
