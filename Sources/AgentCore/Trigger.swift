/// A reason to look again. It carries nothing: after it, the source is read anew, so a lost one costs nothing.
package struct Trigger: Sendable, Hashable {
  /// Makes a trigger.
  package init() {}
}
