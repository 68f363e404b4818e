import Testing

@testable import AgentHost
@testable import AgentKnowledge
@testable import AgentText

@Suite("Mounted file systems of NFS") struct NFSFileSystemTests {
  private func systems(_ lines: String...) -> [NFSFileSystem] {
    NFSFileSystem.all(in: MountTable(Array(lines.joined(separator: "\n").utf8)))
  }

  private func one(_ source: String, _ options: String, type: String = "nfs4") throws -> NFSFileSystem {
    try #require(systems("40 1 0:52 / /mnt rw - \(type) \(source) \(options)").first)
  }

  @Test("mount points of one file system are one, named by the path that their sources share")
  func common() throws {
    let systems = systems(
      "40 1 0:52 / /a rw - nfs4 nas:/srv/k8s/pvc-1 rw,vers=4.2,addr=192.0.2.1,hard",
      "41 1 0:52 / /b ro - nfs4 nas:/srv/k8s/pvc-22 rw,vers=4.2,addr=192.0.2.1,hard",
      "42 1 0:60 / /c rw - nfs nas:/home rw,vers=3,addr=192.0.2.1,port=20490,mountport=20048,soft,proto=udp")
    #expect(systems.map(\.export) == ["/srv/k8s", "/home"])
    #expect(systems.map(\.server) == ["nas", "nas"])
    #expect(systems[0].points.map(\.isReadOnly) == [false, true])
    #expect(systems[0].port == .nfs && systems[0].version == "4.2" && systems[0].majorVersion == 4)
    #expect(systems[0].isHard && systems[0].transport == .tcp)
    #expect(systems[1].port.number == 20490 && systems[1].majorVersion == 3)
    #expect(!systems[1].isHard && systems[1].transport == .other("udp"))
  }

  @Test("the address is addr=, and a name is never looked up")
  func addresses() throws {
    #expect(try one("nas.local:/x", "rw,addr=192.0.2.7").address?.description == "192.0.2.7")
    #expect(try one("192.0.2.9:/x", "rw").address?.description == "192.0.2.9")
    #expect(try one("nas.local:/x", "rw").address == nil)
    #expect(try one("nas.local:/x", "rw,addr=nonsense").address == nil)
    let local = try one("[fe80::1%none0]:/x", "rw,proto=tcp6,addr=fe80::1%none0")
    #expect(
      local.server == "fe80::1%none0" && local.address == NFSAddress(IPAddress(v6: 0xfe80 << 112 | 1), zone: "none0"))
    #expect(local.transport == .tcp)
    #expect(local.address?.socketAddress(port: .nfs) == nil, "an interface that is not there")
    let loopback = NFSAddress(IPAddress(v6: 0xfe80 << 112 | 1), zone: "lo").socketAddress(port: .nfs)
    #expect(loopback != nil)
  }

  @Test("versions as old and new kernels write them")
  func versions() throws {
    #expect(try one("s:/x", "rw,vers=4.1").version == "4.1")
    #expect(try one("s:/x", "rw,vers=4,minorversion=1").version == "4.1")
    #expect(try one("s:/x", "rw").majorVersion == 4)
    #expect(try one("s:/x", "rw", type: "nfs").majorVersion == 3)
    #expect(try one("s:/x", "rw,vers=x").majorVersion == 4)
  }

  @Test(
    "odd sources are taken apart as far as they go",
    arguments: [
      ("s:/", "s", "/"), ("s:", "s", "/"), ("s", "s", "/"), ("[2001:db8::1]:/a/b", "2001:db8::1", "/a/b"),
      ("s:rel", "s", "/rel"), ("s:/a//b/", "s", "/a/b"),
    ])
  func sources(text: String, server: String, export: String) throws {
    let system = try one(text, "rw")
    #expect(system.server == server && system.export == export)
  }

  @Test(
    "a volume of a pod is known by its path",
    arguments: [
      ("/var/lib/kubelet/pods/u1/volumes/kubernetes.io~csi/pvc-1/mount", "u1", "pvc-1"),
      ("/data/kubelet/pods/u2/volumes/kubernetes.io~nfs/nfs-vol", "u2", "nfs-vol"),
    ])
  func volumes(path: String, pod: String, name: String) throws {
    let volume = try #require(PodVolume(mountPoint: MountPath(path)))
    #expect(volume.pod == pod && volume.name == name)
    #expect(volume.directory == (path.hasSuffix("/mount") ? String(path.dropLast(6)) : nil))
  }

  @Test(
    "other paths are no volume",
    arguments: [
      "/mnt/server", "/var/lib/kubelet/pods/u/volumes/kubernetes.io~csi/pvc", "/volumes/kubernetes.io~csi/pvc/mount",
      "/var/lib/kubelet/pods/u/volumes/kubernetes.io~csi/pvc/mount/sub", "/pods/u/volumes/kubernetes.io~secret/x",
      "/var/lib/kubelet/plugins/kubernetes.io/csi/nfs/globalmount", "kubernetes.io~nfs",
    ])
  func noVolumes(path: String) { #expect(PodVolume(mountPoint: MountPath(path)) == nil) }

  @Test("what the kubelet wrote of a volume is read, and nothing else is believed")
  func volumeData() {
    let good = VolumeData(
      json: Array(
        #"{"driverName":"nfs.csi.k8s.io","specVolID":"pvc-1","volumeHandle":"192.0.2.1#srv#default/web#u#delete"}"#.utf8
      ))
    #expect(good?.volume == "pvc-1" && good?.subdirectory == "default/web")
    for text in ["", "{}", "[]", "null", "{\"driverName\":7}", "{\"driverName\":", "\u{0}"] {
      #expect(VolumeData(json: Array(text.utf8)) == nil, "\(text)")
    }
    #expect(VolumeData(json: Array(#"{"driverName":"x","volumeHandle":"a#b#c#d"}"#.utf8))?.subdirectory == nil)
    #expect(VolumeData(json: Array(#"{"driverName":"nfs.csi.k8s.io","volumeHandle":"a"}"#.utf8))?.subdirectory == nil)
  }

  @Test("pods are named by the kubelet's log directories")
  func pods() {
    let names = PodNames(entries: ["default_web-0_u1", "kube-system_x_u2", "a_b", "a_b_c_d", "__", "x"])
    #expect(names.names == ["u1": "default/web-0", "u2": "kube-system/x"])
  }
}
