import AgentCore
import Testing

@Suite struct DependencyTests {
  @Test(arguments: [
    (Dependency.Subject.any, "crio.service", true), (.same, "crio.service", false), (.same, "kubelet.service", true),
    (.named("crio.service"), "crio.service", true), (.named("crio.service"), "kubelet.service", false),
  ]) func aDependencyMatchesItsSubjects(subject: Dependency.Subject, other: String, matches: Bool) {
    let dependency = Dependency("units.state", subject: subject)
    #expect(
      dependency.matches(VerdictKey(check: "units.state", subject: other), findingOn: "kubelet.service") == matches)
    #expect(!dependency.matches(VerdictKey(check: "units.enabled", subject: other), findingOn: other))
  }
}
