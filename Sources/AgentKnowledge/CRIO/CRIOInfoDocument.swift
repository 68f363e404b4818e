import FoundationEssentials

extension CRIOInfo {
  /// Reads the answer; nil for what is no JSON, or tells neither the storage's directory nor the cgroup driver.
  init?(json bytes: [UInt8]) {
    guard let document = try? JSONDecoder().decode(CRIOInfoDocument.self, from: Data(bytes)),
      document.storageRoot != nil || document.cgroupDriver != nil
    else { return nil }
    self.init(storageRoot: document.storageRoot, cgroupDriver: document.cgroupDriver)
  }
}

/// The answer as CRI-O writes it.
private struct CRIOInfoDocument: Decodable {
  var storageRoot: String?
  var cgroupDriver: String?

  private enum CodingKeys: String, CodingKey {
    case storageRoot = "storage_root"
    case cgroupDriver = "cgroup_driver"
  }
}
