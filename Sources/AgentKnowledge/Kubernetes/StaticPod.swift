package import AgentHost
package import AgentText

/// A pod that the kubelet starts from a file in /etc/kubernetes/manifests: what plugins ask of it.
package struct StaticPod: Sendable, Equatable {
  /// One of its containers.
  package struct Container: Sendable, Equatable {
    /// Its name.
    package var name: String
    /// Its image; empty when it has none.
    package var image: String
    /// The last name of the image, without registry, tag and digest: `keepalived` of `docker.io/osixia/keepalived:2.0.17`.
    package var imageName: String {
      String((image.split(separator: "/").last ?? "").prefix { $0 != ":" && $0 != "@" })
    }
    /// `command` and `args`, in this order.
    package var words: [Word]
    /// `env` with literal values, secrets masked; references to secrets, fields and maps are left out.
    package var environment: [Variable]
  }

  /// A word of a command line.
  package struct Word: Sendable, Equatable {
    /// The word.
    package var text: String
    /// Its line, counted from 1.
    package var line: Int
  }

  /// A variable of a container's environment.
  package struct Variable: Sendable, Equatable {
    /// The name.
    package var name: String
    /// The value.
    package var value: String
    /// Its line, counted from 1.
    package var line: Int
  }

  /// A directory or file of the host that the pod mounts.
  package struct HostPath: Sendable, Equatable {
    /// The path.
    package var path: String
    /// `type` of the volume, for example `FileOrCreate`; nil when nothing is checked.
    package var type: String?
    /// Its line, counted from 1.
    package var line: Int
  }

  /// The directory that kubeadm gives the kubelet as `staticPodPath`.
  package static let directory = "/etc/kubernetes/manifests"

  /// The manifest.
  package var path: String
  /// `metadata.name`.
  package var name: String
  /// Its containers, init containers left out.
  package var containers: [Container]
  /// The host's paths that it mounts.
  package var hostPaths: [HostPath]

  /// The value of a flag (`--name=value` or `--name value`) of any container, the last one wins, and its `FILE:LINE`.
  package func flag(_ name: String) -> (value: String, source: String)? {
    var found: (String, String)?
    for words in containers.map(\.words) {
      for (index, word) in words.enumerated() {
        if word.text.hasPrefix("--\(name)=") {
          found = (String(word.text.dropFirst(name.count + 3)), "\(path):\(word.line)")
        } else if word.text == "--\(name)", index + 1 < words.count {
          found = (words[index + 1].text, "\(path):\(words[index + 1].line)")
        }
      }
    }
    return found
  }
}

extension StaticPod {
  /// The manifests of the directory: those that are pods, and what kept the others from being read.
  ///
  /// The kubelet reads every file whose name does not begin with a dot, whatever its suffix (pkg/kubelet/config/file.go).
  package static func all(_ files: HostFiles) throws(FileError) -> (pods: [StaticPod], problems: [Problem]) {
    var pods: [StaticPod] = []
    var problems: [Problem] = []
    for name in try files.entries(directory) ?? [] where !name.hasPrefix(".") {
      let path = "\(directory)/\(name)"
      do {
        if let pod = try read(path, files) { pods.append(pod) }
      } catch {
        problems.append(error)
      }
    }
    return (pods, problems)
  }

  /// One manifest; nil when there is none, when it is a directory, and when it is no pod.
  package static func read(_ path: String, _ files: HostFiles) throws(Problem) -> StaticPod? {
    let content: [UInt8]?
    do {
      guard try files.kind(path) != .directory else { return nil }
      content = try files.bytesIfPresent(path)
    } catch {
      throw .unreadable(error)
    }
    guard let content else { return nil }
    do {
      return try YAMLParser.document(content, allowDuplicateKeys: true).flatMap { StaticPod(path: path, root: $0) }
    } catch {
      throw .malformed(path: path, "\(error)")
    }
  }

  /// Why a manifest tells nothing.
  package enum Problem: Error, Sendable, Equatable, CustomStringConvertible {
    /// It could not be read.
    case unreadable(FileError)
    /// It is no YAML; the message names line and column.
    case malformed(path: String, String)

    /// The manifest.
    package var path: String {
      switch self {
      case .unreadable(let error): error.path
      case .malformed(let path, _): path
      }
    }

    /// The problem in words, with the path.
    package var description: String {
      switch self {
      case .unreadable(let error): "\(error)"
      case .malformed(let path, let message): "\(path): \(message)"
      }
    }
  }

  /// The pod of a document; nil when it is something else.
  package init?(path: String, root: YAMLNode) {
    guard root["kind"]?.text == "Pod" else { return nil }
    self.path = path
    name = root[path: "metadata", "name"]?.text ?? ""
    containers = (root[path: "spec", "containers"]?.sequence ?? []).map(Container.init)
    hostPaths = (root[path: "spec", "volumes"]?.sequence ?? []).compactMap { volume in
      guard let node = volume[path: "hostPath", "path"], let path = node.text else { return nil }
      let type = volume[path: "hostPath", "type"]?.text
      return HostPath(path: path, type: type?.isEmpty == true ? nil : type, line: node.mark.line)
    }
  }
}

extension StaticPod.Container {
  fileprivate init(_ node: YAMLNode) {
    name = node["name"]?.text ?? ""
    image = node["image"]?.text ?? ""
    words = ["command", "args"].flatMap { node[$0]?.sequence ?? [] }.compactMap { word in
      word.text.map { StaticPod.Word(text: SecretText.maskingUserInformation($0), line: word.mark.line) }
    }
    environment = (node["env"]?.sequence ?? []).compactMap { entry in
      guard let name = entry["name"]?.text, let value = entry["value"], let text = value.text else { return nil }
      let shown = SecretText.isSecretName(name) ? SecretText.mask : SecretText.maskingUserInformation(text)
      return StaticPod.Variable(name: name, value: shown, line: value.mark.line)
    }
  }
}
