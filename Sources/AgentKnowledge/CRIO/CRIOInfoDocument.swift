import FoundationEssentials

extension CRIOInfo {
  /// Reads the answer; nil for what is no JSON, or tells neither the storage's directory nor the cgroup driver.
  init?(json bytes: [UInt8]) {
    guard let document = try? JSONDecoder().decode(CRIOInfoDocument.self, from: Data(bytes)),
      document.storageRoot != nil || document.cgroupDriver != nil
    else { return nil }
    self.init(
      storageDriver: document.storageDriver?.text, storageRoot: document.storageRoot,
      cgroupDriver: document.cgroupDriver, users: document.mappings?.users ?? [],
      groups: document.mappings?.groups ?? [])
  }
}

/// The answer as CRI-O writes it.
private struct CRIOInfoDocument: Decodable {
  /// A name; in some versions a list of names.
  struct Driver: Decodable {
    var text: String

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      text = try (try? value.decode(String.self)) ?? value.decode([String].self).joined(separator: ",")
    }
  }

  /// Lists of ranges; Go writes an empty list as null.
  struct Mappings: Decodable {
    var users: [CRIOInfo.IDRange]?
    var groups: [CRIOInfo.IDRange]?

    private enum CodingKeys: String, CodingKey {
      case users = "uids"
      case groups = "gids"
    }
  }

  var storageDriver: Driver?
  var storageRoot: String?
  var cgroupDriver: String?
  var mappings: Mappings?

  private enum CodingKeys: String, CodingKey {
    case storageDriver = "storage_driver"
    case storageRoot = "storage_root"
    case cgroupDriver = "cgroup_driver"
    case mappings = "default_id_mappings"
  }
}
