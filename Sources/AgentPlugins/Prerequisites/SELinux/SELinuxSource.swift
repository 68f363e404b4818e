import AgentCore
import AgentHost

/// Reads what the selinux plugin judges; synchronous, for the worker thread.
enum SELinuxSource {
  private static let module = "container"
  private static let packages = ["/usr/share/selinux/packages", "/usr/share/selinux/packages/targeted"]

  static func read(_ files: HostFiles, hasKubelet: Bool, at time: HostTime) -> SELinuxObservation {
    let config = Fact(from: SELinuxConfig.path) { () throws(FileError) in
      try files.bytesIfPresent(SELinuxConfig.path).map(SELinuxConfig.init)
    }
    return SELinuxObservation(
      takenAt: time, facts: facts(files), config: config,
      words: BootCommandLine.read(files).map(SELinuxBootWords.init), policy: policy(files, config.value),
      containerPolicy: containerPolicy(files, config.value?.type ?? "targeted"), hasKubelet: hasKubelet,
      tools: tools(files))
  }

  private static func facts(_ files: HostFiles) -> SELinuxFacts {
    SELinuxFacts(
      enforce: line(SELinuxFacts.enforcePath, files),
      isInKernel: Fact(from: SELinuxFacts.fileSystemsPath) { () throws(FileError) in
        try files.bytesIfPresent(SELinuxFacts.fileSystemsPath, limit: .kernel).map { content in
          String(decoding: content, as: UTF8.self).split(whereSeparator: \.isWhitespace).contains("selinuxfs")
        }
      },
      label: line(SELinuxFacts.labelPath, files))
  }

  private static func line(_ path: String, _ files: HostFiles) -> Fact<String> {
    Fact(from: path) { () throws(FileError) in
      try files.bytesIfPresent(path, limit: .kernel).map { content in
        String(decoding: content.prefix { $0 > 0x20 }, as: UTF8.self)
      }
    }
  }

  /// `policy.VERSION` in the directory of the policy; which version the kernel takes is not asked.
  private static func policy(_ files: HostFiles, _ config: SELinuxConfig?) -> Fact<String> {
    let directory = SELinuxNextBoot.policyDirectory(config)
    return Fact(from: directory) { () throws(FileError) in
      try files.entries(directory)?.last { $0.hasPrefix("policy.") && Int($0.dropFirst(7)) != nil }
        .map { "\(directory)/\($0)" }
    }
  }

  /// The module `container`, which container-selinux puts into the policy's store (/etc/selinux instead of
  /// /var/lib/selinux on ostree systems); where the store is not to be seen, the package's own file.
  private static func containerPolicy(_ files: HostFiles, _ type: String) -> Fact<String> {
    var hidden: FileError?
    do throws(FileError) {
      for store in ["/var/lib/selinux", "/etc/selinux"] {
        if let path = try stored(files, "\(store)/\(type)/active/modules") { return .known(path, source: path) }
      }
    } catch {
      hidden = error
    }
    guard let hidden else { return .absent }
    for directory in packages {
      let path = "\(directory)/\(module).pp.bz2"
      if let kind = try? files.kind(path), kind == .regular { return .known(path, source: path) }
    }
    return .unreadable(hidden)
  }

  /// The module at any priority, unless it is switched off (semodule(8), `disabled`).
  private static func stored(_ files: HostFiles, _ modules: String) throws(FileError) -> String? {
    guard let priorities = try files.entries(modules) else { return nil }
    if try files.kind("\(modules)/disabled/\(module)") != nil { return nil }
    for priority in priorities where Int(priority) != nil {
      let path = "\(modules)/\(priority)/\(module)"
      if try files.kind(path) != nil { return path }
    }
    return nil
  }

  private static func tools(_ files: HostFiles) -> SELinuxTools {
    func has(_ path: String) -> Bool { ((try? files.kind(path)) ?? nil) != nil }
    let installer = [("/usr/bin/dnf", "dnf install -y"), ("/usr/bin/zypper", "zypper install -y")]
    return SELinuxTools(
      hasGrubby: has("/usr/sbin/grubby"), installer: installer.first { has($0.0) }?.1)
  }
}
