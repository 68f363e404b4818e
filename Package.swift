// swift-tools-version: 6.2
import PackageDescription

let revision = Context.environment["NODEAGENT_REVISION"] ?? "unknown"
let warningsAsErrors = Context.environment["NODEAGENT_WARNINGS_AS_ERRORS"] != nil

/// One set of rules for every target of ours.
let settings: [SwiftSetting] =
  [
    // `any P` is written out, so that the cost of an existential is seen where it is paid.
    .enableUpcomingFeature("ExistentialAny"),
    // A member is visible only where its module is imported: a floor cannot leak through another one.
    .enableUpcomingFeature("MemberImportVisibility"),
    // An import is an implementation detail unless it says `public`: C types stay inside AgentHost.
    .enableUpcomingFeature("InternalImportsByDefault"),
    // A nonisolated async function stays on its caller's executor: nothing hops to the global pool.
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  ] + (warningsAsErrors ? [.treatAllWarnings(as: .error)] : [])

/// How a release is linked, by the linker that comes with the compiler, for every processor. Swift's static libraries
/// ask for all symbols to be exported, and nobody links to a program. What is bound at the start is read-only then.
/// No packed relocations (RELR): they need glibc 2.36.
let linkage = ["-use-ld=lld", "-Xlinker", "--no-export-dynamic", "-Xlinker", "-znow"]

let package = Package(
  name: "nodeagent",
  products: [.executable(name: "nodeagent", targets: ["NodeAgent", "Revision"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-asn1", exact: "1.7.4"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
  ],
  targets: [
    .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
    .systemLibrary(
      name: "CNetlink", pkgConfig: "libnl-route-3.0", providers: [.apt(["libnl-3-dev", "libnl-route-3-dev"])]),
    .systemLibrary(name: "CLinux"),
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    // The commit that the program tells of. NodeAgent imports the header alone, since whatever depends on a target of C
    // is compiled anew with it: so another commit costs one small file and the link.
    .systemLibrary(name: "CBuild", path: "Sources/CBuild/include"),
    .target(
      name: "Revision", path: "Sources/CBuild", cSettings: [.define("NODEAGENT_REVISION", to: "\"\(revision)\"")]),

    .target(name: "AgentCore", swiftSettings: settings),
    .target(name: "AgentText", dependencies: ["AgentCore", "CYAML"], swiftSettings: settings),
    .target(
      name: "AgentHost",
      dependencies: [
        "AgentCore", "AgentText", "CLinux", "CNetlink", "CSystemd",
        .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      swiftSettings: settings),
    .target(
      name: "AgentKnowledge",
      dependencies: ["AgentCore", "AgentText", "AgentHost", .product(name: "SwiftASN1", package: "swift-asn1")],
      swiftSettings: settings),
    .target(
      name: "AgentPlugins", dependencies: ["AgentCore", "AgentText", "AgentHost", "AgentKnowledge"],
      swiftSettings: settings),
    .executableTarget(
      name: "NodeAgent",
      dependencies: [
        "AgentCore", "AgentText", "AgentHost", "AgentKnowledge", "AgentPlugins", "CBuild",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      swiftSettings: settings, linkerSettings: [.unsafeFlags(linkage, .when(configuration: .release))]),

    // What the tests of several floors share: a loop on a thread, a clock that stands still, trees of files.
    .target(
      name: "AgentTesting", dependencies: ["AgentCore", "AgentText", "AgentHost", "CSystemd"],
      path: "Tests/AgentTesting",
      swiftSettings: settings),
    .testTarget(name: "AgentCoreTests", dependencies: ["AgentCore"], swiftSettings: settings),
    .testTarget(
      name: "AgentTextTests", dependencies: ["AgentText", "AgentCore", "AgentTesting"], swiftSettings: settings),
    .testTarget(
      // AgentKnowledge: some tests of the wire ask through its facade.
      name: "AgentHostTests",
      dependencies: ["AgentKnowledge", "AgentHost", "AgentText", "AgentCore", "AgentTesting", "CNetlink"],
      swiftSettings: settings),
    .testTarget(
      name: "AgentKnowledgeTests",
      dependencies: ["AgentKnowledge", "AgentHost", "AgentText", "AgentCore", "AgentTesting"],
      swiftSettings: settings),
    .testTarget(
      name: "AgentPluginsTests",
      dependencies: ["AgentPlugins", "AgentKnowledge", "AgentHost", "AgentText", "AgentCore", "AgentTesting"],
      swiftSettings: settings),
    .testTarget(
      name: "NodeAgentTests",
      dependencies: [
        "NodeAgent", "Revision", "AgentPlugins", "AgentKnowledge", "AgentHost", "AgentText", "AgentCore",
        "AgentTesting",
      ],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
