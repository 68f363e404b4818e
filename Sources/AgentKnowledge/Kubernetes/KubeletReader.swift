import AgentHost
import AgentText

/// Reads the kubelet's facts from files; synchronous, for the worker thread.
struct KubeletReader {
  /// Where kubeadm puts the configuration; taken when no `--config` is given.
  static let defaultConfiguration = "/var/lib/kubelet/config.yaml"
  private static let programs = ["/usr/bin/kubelet", "/usr/local/bin/kubelet", "/opt/bin/kubelet"]
  private static let deepestDropIn = 8

  let files: HostFiles

  /// All facts but the version.
  func facts() -> KubeletFacts {
    let command = KubeletCommand.read(files)
    var facts = KubeletFacts(joining: joining(), program: program(command.program), unit: command.unit)
    facts.configuration = KubeletConfiguration(flags: command.flags, flagProblem: command.problem)
    guard command.problem == nil else { return facts }
    let path = command.flags.last { $0.name == "config" }?.value ?? Self.defaultConfiguration
    do throws(KubeletProblem) {
      if let document = try document(path) {
        facts.configuration.documents.append(document)
        facts.configurationFile = .known(path, source: path)
      }
      if let directory = command.flags.last(where: { $0.name == "config-dir" })?.value, !directory.isEmpty {
        facts.configuration.documents += try dropIns(in: directory, depth: 0)
      }
    } catch {
      facts.configuration.fileProblem = error
      facts.configurationFile = .known(path, source: path)
    }
    return facts
  }

  /// The version in dpkg's record, which speaks of /usr/bin/kubelet only.
  func packagedVersion() -> Fact<KubernetesVersion> {
    Fact(from: DebianPackages.statusPath) { () throws(FileError) in
      guard let status = try files.bytesIfPresent(DebianPackages.statusPath, limit: .packageDatabase) else {
        return nil
      }
      return DebianPackages.installedVersion(of: "kubelet", inStatus: status).flatMap { KubernetesVersion($0) }
    }
  }

  private func joining() -> KubeletFacts.Joining {
    do throws(FileError) {
      if try files.kind("/etc/kubernetes/kubelet.conf") != nil { return .joined }
      if try files.kind("/etc/kubernetes/bootstrap-kubelet.conf") != nil { return .bootstrapping }
      return try Membership.sign(files).map { .lost(sign: $0) } ?? .notJoined
    } catch {
      return .unknown(error)
    }
  }

  private func program(_ named: String?) -> Fact<String> {
    do throws(FileError) {
      for path in (named.map { [$0] } ?? []) + Self.programs where path.hasPrefix("/") {
        if try files.kind(path) == .regular { return .known(path, source: path) }
      }
      return .absent
    } catch {
      return .unreadable(error)
    }
  }

  /// `*.conf` below the directory in the order of Go's filepath.WalkDir: by name, directories where they stand.
  private func dropIns(in directory: String, depth: Int) throws(KubeletProblem) -> [KubeletConfiguration.Document] {
    var documents: [KubeletConfiguration.Document] = []
    for (path, isDirectory) in try dropInPaths(directory) {
      if isDirectory, depth < Self.deepestDropIn {
        documents += try dropIns(in: path, depth: depth + 1)
      } else if !isDirectory, path.hasSuffix(".conf"), let document = try document(path) {
        documents.append(document)
      }
    }
    return documents
  }

  private func dropInPaths(_ directory: String) throws(KubeletProblem) -> [(path: String, isDirectory: Bool)] {
    var paths: [(path: String, isDirectory: Bool)] = []
    do throws(FileError) {
      for name in try files.entries(directory) ?? [] {
        let path = "\(directory)/\(name)"
        let isDirectory = try files.kind(path) == .directory
        // WalkDir does not enter a directory through a link.
        if isDirectory, try files.linkTarget(path) != nil { continue }
        paths.append((path, isDirectory))
      }
    } catch {
      throw KubeletProblem(error)
    }
    return paths
  }

  private func document(_ path: String) throws(KubeletProblem) -> KubeletConfiguration.Document? {
    let content: [UInt8]?
    do { content = try files.bytesIfPresent(path) } catch { throw KubeletProblem(error) }
    guard let content else { return nil }
    do throws(YAMLError) {
      guard let root = try YAMLParser.document(content, allowDuplicateKeys: true) else {
        throw YAMLError("holds no configuration", at: .start)
      }
      guard root.mapping != nil else { throw YAMLError("not a mapping", at: root.mark) }
      return KubeletConfiguration.Document(path: path, root: root)
    } catch {
      throw KubeletProblem("\(path):\(error.mark)", error.message)
    }
  }
}
