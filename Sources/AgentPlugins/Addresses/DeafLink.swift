import AgentHost
import AgentText

extension NetworkTable {
  /// The interface on whose link an address is, where it has no carrier: nothing that is asked there is heard, and nobody
  /// hears what this host answers. Nil where another interface of that link works, or none is known.
  func deafLink(for address: IPAddress) -> String? {
    let found = directLinks(to: address)
    return found.contains(where: \.isWorking) ? nil : found.first?.name
  }
}
